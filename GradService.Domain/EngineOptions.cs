using System.ComponentModel.DataAnnotations;

namespace GradService.Domain;

/// <summary>What computes, and what it keeps between requests.</summary>
public sealed record EngineOptions
{
    /// <summary>Whether chains of layers over vectors go by the dense engine, which takes no tensors. Default true; without, everything goes by libtorch.</summary>
    public bool Dense { get; init; } = true;

    /// <summary>Size of the built networks that are kept for requests to come, bytes, as estimated. Default 256 MiB; 0: none is kept.</summary>
    [Range(0, 1L << 40)]
    public long NetworkCacheBytes { get; init; } = 256L << 20;
}
