using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Statistics;

/// <summary>How the BatchNorm layers of a request behave.</summary>
public record BatchNormSpec
{
    /// <summary>The mode of all BatchNorm layers that "layers" does not name.</summary>
    public BatchNormMode Mode { get; init; } = Modes.Train.Mode;

    /// <summary>The reference batch [R, D…]; required if and only if some layer is in mode reference.</summary>
    public NdArray? ReferenceInputs { get; init; }

    /// <summary>Modes of single layers, by state_dict prefix: {"2": "eval", "4.layers.0": "trainDetached"}.</summary>
    public IReadOnlyDictionary<string, BatchNormMode>? Layers { get; init; }

    /// <summary>The same for an entry of a comparison, which has the reference batch only where it needs one.</summary>
    internal BatchNormSpec ForEntry(BatchNormMode mode) => this with { Mode = mode, ReferenceInputs = NeedsReference(mode) ? ReferenceInputs : null };

    /// <exception cref="FaultException">There is a reference batch that no entry of a comparison has a use for.</exception>
    internal void CheckReference(IEnumerable<BatchNormMode> entries)
    {
        if (ReferenceInputs is { } unused && !entries.Any(NeedsReference))
        {
            throw new FaultException(Fault.Invalid("batchNorm.referenceInputs", "nothing, as no entry has a BatchNorm layer in mode reference",
                $"an array of shape {unused.Shape}", "Leave it out, or compare with mode reference."));
        }
    }

    private bool NeedsReference(BatchNormMode mode) => mode.NeedsReference || (Layers?.Values.Any(layer => layer.NeedsReference) ?? false);
}
