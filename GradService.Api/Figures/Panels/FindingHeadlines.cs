using GradService.Domain.Findings;

namespace GradService.Api.Figures.Panels;

/// <summary>Findings in so few words that they fit above a plot; the sentences are in the answers.</summary>
internal static class FindingHeadlines
{
    private static readonly Dictionary<string, string> Words = new()
    {
        ["non-finite"] = "NaN or infinities: not all can be drawn",
        ["sum-gradient-vanishes"] = "rounding noise: the sum's gradient vanishes",
        ["derivative-vanishes"] = "a derivative is zero everywhere",
        ["detached-differs"] = "not the slope: the statistics move as well",
        ["train-eval-sign"] = "signs differ between the modes",
        ["samples-coupled"] = "samples move each other's outputs",
        ["objective-blind"] = "blind: no parameter can reduce it",
        ["sum-differs"] = "sums over the batch are not slopes",
        ["parameters-do-not-move"] = "no gradient moves the parameters",
        ["own-derivative-biased"] = "own derivatives are not the curve's",
        ["parameter-gradient-partial"] = "not the gradient of the loss",
        ["sets-normalised-differently"] = "point sets meet different functions",
        ["eval-differs"] = "mode eval gives another function",
        ["batch-too-small"] = "a small batch: uncertain statistics",
        ["running-stats-untrained"] = "running statistics never saw a batch",
        ["partial-statistics"] = "a running mean or variance is missing",
        ["zero-variance-channel"] = "a channel hardly varies: eps decides",
        ["kink"] = "the curve has a corner",
        ["below-noise"] = "zero, as far as can be told",
    };

    /// <summary>The codes that have a headline.</summary>
    public static IEnumerable<string> Codes => Words.Keys;

    /// <summary>That of the first finding, which is the gravest; where there is none, the other words.</summary>
    public static string Of(IReadOnlyList<Finding> findings, string otherwise) =>
        findings.Select(finding => Words.GetValueOrDefault(finding.Code)).FirstOrDefault(words => words is not null) ?? otherwise;
}
