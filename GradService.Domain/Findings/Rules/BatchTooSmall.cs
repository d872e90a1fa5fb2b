namespace GradService.Domain.Findings.Rules;

/// <summary>Statistics of a handful of values.</summary>
internal static class BatchTooSmall
{
    private const long Enough = 8;

    public static FindingRule Rule { get; } = new("batch-too-small", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence)
    {
        var small = evidence.Layers.Where(layer => layer.StatisticsSamples * layer.Site.Positions < Enough).ToList();
        if (small.Count == 0)
        {
            return null;
        }

        var first = small[0];
        var batch = first.Site.Mode.NeedsReference ? "reference batch" : "batch";
        return $"The statistics of BatchNorm layer {Words.Names(small.Select(layer => layer.Name))} are taken over "
            + $"{first.StatisticsSamples * first.Site.Positions} values per channel, fewer than {Enough}: "
            + $"outputs and gradients depend strongly on which samples happen to be in the {batch}. Send more samples, or use running statistics (mode eval).";
    }
}
