using GradService.Domain.Findings;
using GradService.Domain.Findings.Rules;
using GradService.Domain.Gradients.Rules;

namespace GradService.Domain.Gradients;

/// <summary>The findings about a gradient, or about outputs alone, in the order in which they are reported.</summary>
internal static class GradientRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        NonFinite.Rule,
        SumGradientVanishes.Rule,
        DetachedDiffers.Rule,
        SamplesCoupled.Rule,
        TrainEvalSign.Rule,
        .. CommonRules.All,
    ];
}
