namespace GradService.Domain.Normalization;

/// <summary>How the BatchNorm layers of a request behave.</summary>
public record BatchNormSpec
{
    /// <summary>The mode of all BatchNorm layers that "layers" does not name.</summary>
    public BatchNormMode Mode { get; init; } = Modes.Train.Mode;

    /// <summary>The reference batch [R, D…]; required if and only if some layer is in mode reference.</summary>
    public NdArray? ReferenceInputs { get; init; }

    /// <summary>Modes of single layers, by state_dict prefix: {"2": "eval", "4.layers.0": "trainDetached"}.</summary>
    public IReadOnlyDictionary<string, BatchNormMode>? Layers { get; init; }
}
