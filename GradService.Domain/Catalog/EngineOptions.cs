using System.ComponentModel.DataAnnotations;

namespace GradService.Domain.Catalog;

/// <summary>What computes, and what it keeps between requests.</summary>
public sealed record EngineOptions
{
    /// <summary>
    /// Whether chains of layers over vectors go by the dense engine, which takes no tensors. Default true; without,
    /// everything goes by libtorch.
    /// </summary>
    public bool Dense { get; init; } = true;

    /// <summary>
    /// Whether libtorch is loaded before anybody needs it: a second after the start, or when readiness is asked for. Default true; without,
    /// the first request that takes tensors waits for it, and a service that never gets one never has it in memory.
    /// </summary>
    public bool LoadAtStart { get; init; } = true;

    /// <summary>
    /// Size of the built networks that are kept for requests to come, bytes, as estimated. Default 512 MiB, room for one of 50 million double
    /// precision numbers; 0: none is kept.
    /// </summary>
    [Range(0, 1L << 40)]
    public long NetworkCacheBytes { get; init; } = 512L << 20;
}
