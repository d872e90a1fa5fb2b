using GradService.Domain.Findings;

namespace GradService.Domain.Objectives;

/// <summary>What can be said of a loss under several meanings of BatchNorm.</summary>
internal static class ObjectiveComparison
{
    /// <summary>One finding for each variant whose gradient is not the recommended one's, and one where all agree.</summary>
    /// <param name="results">The results.</param>
    /// <param name="recommended">The values of the terms in the recommended variant; null where there are none.</param>
    public static IReadOnlyList<Finding> Findings(IReadOnlyList<ObjectiveVariantResult> results, IReadOnlyList<double>? recommended)
    {
        List<Finding> findings = [.. results.Where(result => result.GradientDifference > 1e-3)
            .Select(result => new Finding("objective-gradients-differ", Severity.Info,
                $"{Name(result.Variant)}: its parameter gradient {Cosine(result)} that of variant c "
                    + "(trainDetached, gradients through the statistics for the parameters alone) and differs by "
                + $"{Words.Percent(result.GradientDifference!.Value)} of its norm. {Why(result, recommended)}"))];
        if (results.Any(result => result.GradientDifference is not null) && results.All(result => result.GradientDifference is null or <= 1e-3))
        {
            findings.Add(new Finding("objective-gradients-agree", Severity.Info, results.All(result => result.Result?.BatchNorm is null or { Layers.Count: 0 })
                ? "All parameter gradients agree: without a BatchNorm layer the variants do not matter."
                : "All parameter gradients agree to one part in a thousand: for this network and these points the choice of variant hardly matters."));
        }

        return findings;
    }

    private static string Cosine(ObjectiveVariantResult result) =>
        result.GradientCosine is { } cosine ? $"has cosine {Words.Exact(cosine)} with" : "is zero beside";

    private static string Name(ObjectiveVariant variant) =>
        variant.Letter is { } letter ? $"Variant {letter} ({Describe(variant)})" : $"A variant ({Describe(variant)})";

    private static string Describe(ObjectiveVariant variant) => variant.Mode.Name
        + (variant.Mode.GradientFlows ? $", derivative {(variant.Derivative == InputDerivative.Sum ? "sum" : "perSample")}" : "")
        + (variant.ThroughStatistics is { } through && !variant.Mode.GradientFlows ? $", throughStatistics {(through ? "true" : "false")}" : "");

    private static string Why(ObjectiveVariantResult result, IReadOnlyList<double>? recommended)
    {
        var same = recommended is not null && result.Result!.Terms.Zip(recommended).All(pair =>
            Math.Abs(pair.First.Value - pair.Second) <= 1e-3 * Math.Max(Math.Abs(pair.First.Value), Math.Abs(pair.Second)));
        return result.Variant.Letter switch
        {
            "a" => "Its derivatives are those of the sum over the batch, not the curve's.",
            "b" => "Its derivatives include each sample's effect on the batch statistics, so that it minimises another problem.",
            "d" => "Its value is the same, but its gradient leaves out how the parameters move the statistics: it is not the gradient of its loss.",
            "e" or "f" when same => "Its values are the same; what differs is that its gradient holds the statistics constant.",
            "e" => "It normalises with the running statistics as given, which are another function until they have caught up.",
            "f" => "It normalises with a moving average, and its gradient leaves out how the parameters move it.",
            _ => "It normalises with other statistics, or another part of the gradient flows through them.",
        };
    }
}
