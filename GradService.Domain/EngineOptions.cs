namespace GradService.Domain;

/// <summary>What computes.</summary>
public sealed record EngineOptions
{
    /// <summary>Whether chains of layers over vectors go by the dense engine, which takes no tensors. Default true; without, everything goes by libtorch.</summary>
    public bool Dense { get; init; } = true;
}
