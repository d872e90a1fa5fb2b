using GradService.Domain.Findings;

namespace GradService.Domain.Objectives.Rules;

/// <summary>Derivatives of the sum over a batch whose samples interact, where they are not zero: they are not the slopes of the curve.</summary>
internal static class SumDiffers
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("sum-differs", Severity.Warning, EvidenceKinds.None, Examine);

    /// <summary>The derivatives concerned.</summary>
    public static IEnumerable<SetDerivativeEvidence> Differing(ObjectiveEvidence evidence) => !evidence.Setting.DifferentiatesSums ? []
        : evidence.Derivatives.Where(derivative => !derivative.Vanishes && derivative.Differs);

    private static string? Examine(ObjectiveEvidence evidence)
    {
        var worst = Differing(evidence).MaxBy(derivative => derivative.Difference / derivative.Detached);
        return worst is null ? null
            : $"{worst.Name} is a derivative of the sum over the batch (derivative sum), as nested torch.autograd.grad gives it, "
                + $"and not the slope of the curve: it is off by up to {Words.Of(worst.Difference!.Value)}"
                + $"{Words.OfWhole(worst.Difference.Value, worst.Detached!.Value, "largest slope")}. "
                + (evidence.Curve is { } curve ? $"Beside the parameter gradient of the same loss made of slopes {curve.Words}. " : "")
                + (evidence.Setting.Objective.Terms.Any(term => term.Residual is Residual.OfFormula { Formula.DifferentiatesField: true })
                    ? "A field's derivative is expanded point by point from such sums: it is not torch.autograd.grad(field.sum(), x) either. " : "")
                + $"Use {evidence.Slope}, in which derivatives are the curve's.";
    }
}
