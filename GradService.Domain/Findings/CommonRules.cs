using GradService.Domain.Findings.Rules;

namespace GradService.Domain.Findings;

/// <summary>The findings about every answer, but for the first, which stands before all others: numbers that are none.</summary>
internal static class CommonRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        DerivativeVanishes.Rule,
        BatchTooSmall.Rule,
        RunningStatsUntrained.Rule,
        PartialStatistics.Rule,
        ZeroVarianceChannel.Rule,
        Kink.Rule,
        BelowNoise.Rule,
    ];
}
