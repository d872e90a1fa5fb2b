namespace GradService.Api.Admission;

/// <summary>The memory that there is to share out: the machine's, or what the container may have.</summary>
internal static class MachineMemory
{
    public static long Bytes { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
