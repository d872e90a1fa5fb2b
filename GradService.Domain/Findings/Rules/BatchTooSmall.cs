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

        var counts = small.GroupBy(layer => layer.StatisticsSamples!.Value * layer.Site.Positions)
            .Select((group, at) =>
                $"of {(at == 0 ? "BatchNorm " : "")}layer {Words.Layers(group.Select(layer => layer.Name))} are taken over {Words.Count(group.Key, "value")} "
                    + "per channel");
        var batches = small.Select(layer => layer.Site.Mode.NeedsReference ? "reference batch" : "batch").Distinct();
        return $"The statistics {string.Join(", those ", counts)}, fewer than {Enough}: outputs and gradients depend strongly on which samples happen to be in "
            + $"the {string.Join(" and the ", batches)}. Send more samples, or use running statistics (mode eval).";
    }
}
