using GradService.Domain.Faults;

namespace GradService.Fuzz.Targets;

/// <summary>What every refusal must be: not empty, and no longer than an answer can bear.</summary>
internal static class Faults
{
    private const int MaxFaults = 50;
    private const int MaxMessage = 2_000;

    public static void Check(FaultException refused)
    {
        MisreadException.ThrowIf(refused.Faults.Count is 0 or > MaxFaults, $"{refused.Faults.Count} faults.");
        MisreadException.ThrowIf(refused.Faults.Any(fault => fault.Message.Length > MaxMessage || fault.Path.Length > MaxMessage), "A fault is too long.");
    }
}
