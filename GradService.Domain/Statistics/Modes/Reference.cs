using GradService.Domain.Networks.Layers;

namespace GradService.Domain.Statistics.Modes;

/// <summary>
/// Statistics of a separate reference batch (Salimans et al., "Improved Techniques for Training GANs", 2016; not their virtual
/// batch norm, which mixes the sample itself in).
/// </summary>
public sealed record Reference : BatchNormMode
{
    public static BatchNormMode Mode { get; } = new Reference();

    public override string Name => "reference";

    public override string Description => "Statistics of a reference batch pushed through the same layers, which are constants.";

    public override bool NeedsReference => true;

    internal override bool MeasuresBatch(BatchNorm layer) => false;
}
