namespace GradService.Domain.Statistics.Modes;

/// <summary>
/// Statistics of a separate reference batch (Salimans et al., "Improved Techniques for Training GANs", 2016; not their virtual
/// batch norm, which mixes the sample itself in).
/// </summary>
internal static class Reference
{
    public static BatchNormMode Mode { get; } = new(
        "reference",
        "Statistics of a reference batch pushed through the same layers, which are constants.",
        StatisticsSource.ReferenceBatch,
        GradientFlows: false,
        Update: null);
}
