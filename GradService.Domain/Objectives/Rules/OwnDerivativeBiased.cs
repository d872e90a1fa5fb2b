using GradService.Domain.Findings;

namespace GradService.Domain.Objectives.Rules;

/// <summary>Own derivatives under batch statistics are not the slopes of the curve.</summary>
internal static class OwnDerivativeBiased
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("own-derivative-biased", Severity.Info, EvidenceKinds.None, Examine);

    private static string? Examine(ObjectiveEvidence evidence)
    {
        if (!evidence.Setting.Normalization.Coupled || evidence.Setting.Variant.Derivative != InputDerivative.PerSample)
        {
            return null;
        }

        var worst = evidence.Derivatives.Where(derivative => derivative.Differs)
            .MaxBy(derivative => derivative.Difference / derivative.Detached);
        return worst is null ? null
            : $"{worst.Name} is a sample's own derivative, its effect on the batch statistics included, and differs from the slope of the curve by up to "
                + $"{Words.Of(worst.Difference!.Value)}{Words.OfWhole(worst.Difference.Value, worst.Detached!.Value, "largest slope")}. "
                + "The difference falls "
                + $"as 1/n with the points in the batch, {worst.Samples} here; "
                + "a loss made of it has its minimum elsewhere. Use mode trainDetached with throughStatistics true (variant c), "
                + "in which derivatives are the curve's.";
    }
}
