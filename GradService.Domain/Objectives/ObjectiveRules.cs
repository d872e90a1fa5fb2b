using GradService.Domain.Findings;
using GradService.Domain.Findings.Rules;
using GradService.Domain.Objectives.Rules;

namespace GradService.Domain.Objectives;

/// <summary>The findings about a loss, in the order in which they are reported.</summary>
internal static class ObjectiveRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        NonFinite.Rule,
        ObjectiveBlind.Rule,
        SumDiffers.Rule,
        ParametersDoNotMove.Rule,
        OwnDerivativeBiased.Rule,
        ParameterGradientPartial.Rule,
        SetsNormalisedDifferently.Rule,
        EvalDiffers.Rule,
        .. CommonRules.All,
    ];
}
