using System.ComponentModel.DataAnnotations;

namespace GradService.Domain.Budget;

/// <summary>How much one request may ask for. Sizes are computed from the request before anything is allocated.</summary>
public sealed record Limits
{
    /// <summary>Size of a request's body, bytes; of an upload what comes beside the file. Default 64 MiB.</summary>
    [Range(1024, 1L << 28)]
    public long MaxRequestBytes { get; init; } = 64L << 20;

    /// <summary>Size of an uploaded file of parameters, which goes to the disk as it comes, bytes. Default 1 GiB.</summary>
    [Range(1024, 1L << 40)]
    public long MaxUploadBytes { get; init; } = 1L << 30;

    /// <summary>Size of the arrays of an answer in the network's precision, bytes. Default 256 MiB.</summary>
    [Range(1024, 1L << 30)]
    public long MaxResultBytes { get; init; } = 256L << 20;

    /// <summary>Estimated size of all tensors that a request needs at once, bytes. Default 2 GiB.</summary>
    [Range(1024, 1L << 40)]
    public long MaxNativeBytes { get; init; } = 2L << 30;

    /// <summary>Number of parameters and buffers of a network. Default 300 million; before that memory may be the limit.</summary>
    [Range(1, 1L << 32)]
    public long MaxParameters { get; init; } = 300_000_000;

    /// <summary>Number of layers of a network, those inside blocks counted. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxLayers { get; init; } = 1_000;

    /// <summary>How deep blocks may be nested. Default 16.</summary>
    [Range(1, 24)]
    public int MaxNesting { get; init; } = 16;

    /// <summary>Number of sweeps over the network for one answer. Default 100,000.</summary>
    [Range(1, 100_000_000)]
    public long MaxPasses { get; init; } = 100_000;

    /// <summary>N²·M·order of own second and higher derivatives that must go row by row. Default 10 million, some seconds.</summary>
    [Range(1, 1L << 40)]
    public long MaxRowByRowWork { get; init; } = 10_000_000;

    /// <summary>Estimated time of one operation that cannot be stopped once it runs, seconds of one core. Default 5.</summary>
    [Range(1, 3600)]
    public int MaxOperationSeconds { get; init; } = 5;
}
