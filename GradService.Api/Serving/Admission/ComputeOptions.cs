using System.ComponentModel.DataAnnotations;
using GradService.Api.Serving.Budget;

namespace GradService.Api.Serving.Admission;

/// <summary>How much all requests together may take, and how long anybody waits.</summary>
internal sealed class ComputeOptions
{
    /// <summary>Requests computed at once, each on one thread. Default: the number of cores.</summary>
    [Range(1, 1024)]
    public int ComputeThreads { get; set; } = Environment.ProcessorCount;

    /// <summary>Requests that may wait for a thread; more get 429. Default 64.</summary>
    [Range(1, 100_000)]
    public int QueueLength { get; set; } = 64;

    /// <summary>
    /// Estimated size of the tensors of all requests that are computed at once, bytes; who needs more than is free waits.
    /// Default: half of the memory.
    /// </summary>
    [Range(1024, 1L << 40)]
    public long MaxTotalNativeBytes { get; set; } = MachineMemory.Bytes / 2;

    /// <summary>
    /// Size of the bodies and arrays of all requests that are read, wait or are answered, bytes; beyond it 503. Default:
    /// a quarter of the memory.
    /// </summary>
    [Range(1L << 16, 1L << 40)]
    public long MaxBufferedBytes { get; set; } = MachineMemory.Bytes / 4;

    /// <summary>Seconds from a request's having been read to its answer, waiting included; beyond it the computation is stopped, 503. Default 30.</summary>
    [Range(0.001, 86_400)]
    public double DeadlineSeconds { get; set; } = 30;

    /// <summary>
    /// Seconds from a computation's having been told to stop until its thread counts as stuck: another takes its place, and the service is not
    /// ready until it has come back. Default 20, four times what one operation may take.
    /// </summary>
    [Range(0.01, 86_400)]
    public double StuckSeconds { get; set; } = 20;
}
