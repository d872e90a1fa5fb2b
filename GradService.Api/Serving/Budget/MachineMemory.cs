using System.Globalization;
using GradService.Domain.Native;

namespace GradService.Api.Serving.Budget;

/// <summary>
/// The memory that there is to share out: the machine's, what the container may have, or what the process may still map where its addresses
/// (RLIMIT_AS) or its data (RLIMIT_DATA) are limited. Such limits are found at the start.
/// </summary>
internal static class MachineMemory
{
    /// <summary>What a process of little memory is still given, so that it starts, and says by its answers that there is too little.</summary>
    private const long Least = 32L << 20;

    /// <summary>What loading libtorch, its threads and their stacks take, of addresses and of data.</summary>
    private const long LoadingAddresses = 640L << 20, LoadingData = 160L << 20;

    /// <summary>What must be free before libtorch is called: its kernels end the process where their own small memory cannot be had.</summary>
    private const long Headroom = 64L << 20;

    private static readonly long Addresses = LimitOf("Max address space");
    private static readonly long Data = LimitOf("Max data size");

    /// <summary>Bytes to share out.</summary>
    public static long Bytes { get; } = Found();

    /// <summary>Whether the system refuses the process memory that the machine has.</summary>
    public static bool IsLimited => Math.Min(Addresses, Data) < long.MaxValue;

    /// <summary>Sees that libtorch finds the memory that it cannot do without.</summary>
    /// <exception cref="InsufficientMemoryException">There is too little left.</exception>
    public static void RequireHeadroom()
    {
        if (IsLimited && Room() < Headroom)
        {
            Allocator.GiveBack();
            if (Room() < Headroom)
            {
                throw new InsufficientMemoryException();
            }
        }
    }

    private static long Found()
    {
        var machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (!IsLimited)
        {
            return machine;
        }

        var (addresses, data) = Mapped();
        return Math.Max(Least, Math.Min(machine, Math.Min(Addresses - addresses - LoadingAddresses, Data - data - LoadingData)));
    }

    private static long Room()
    {
        var (addresses, data) = Mapped();
        return Math.Min(Addresses - addresses, Data - data);
    }

    /// <summary>Bytes that the process has mapped: all, and those that are its own to write.</summary>
    private static (long Addresses, long Data) Mapped()
    {
        var pages = File.ReadAllText("/proc/self/statm").Split(' ');
        return (Bytes(pages[0]), Bytes(pages[5]));

        static long Bytes(string pages) => long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    /// <summary>A limit of the process in bytes; the largest number where there is none.</summary>
    private static long LimitOf(string name)
    {
        const string Limits = "/proc/self/limits";
        return OperatingSystem.IsLinux() && File.Exists(Limits)
            && File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } found
            && long.TryParse(found[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var bytes)
            ? bytes : long.MaxValue;
    }
}
