using System.Buffers;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;

namespace GradService.Fuzz.Targets;

/// <summary>A whole archive of arrays. However small it is, not much is allocated for it.</summary>
internal static class NpzTarget
{
    private const long MaxBytes = 1 << 20;
    private const long MaxAllocated = 64 << 20;

    public static void Run(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var body = new BodyBytes();
        body.Add(new ReadOnlySequence<byte>(input));
        try
        {
            NpzRequest.Read<GradientRequest>(body, MaxBytes, _ => { });
        }
        catch (FaultException refused)
        {
            Faults.Check(refused);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        MisreadException.ThrowIf(allocated > MaxAllocated, $"{allocated} bytes were allocated for {input.Length}.");
    }
}
