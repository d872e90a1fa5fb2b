using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;

namespace GradService.Domain.Gradients.Rules;

/// <summary>
/// The forum's trap: where the last BatchNorm is followed by linear layers only, the outputs sum to N·bias whatever the inputs are,
/// and the gradient of the sum is rounding noise.
/// </summary>
internal static class SumGradientVanishes
{
    public static FindingRule Rule { get; } = FindingRule.For<GradientEvidence>("sum-gradient-vanishes", Severity.Warning, EvidenceKinds.Detached, Examine);

    private static string? Examine(GradientEvidence evidence)
    {
        var vanishing = evidence.Question is Sum or Vjp ? evidence.Parts.Where(part => part.VanishesByMode).ToList() : [];
        if (vanishing.Count == 0)
        {
            return null;
        }

        var (part, held) = (vanishing[0], evidence.Detached!);
        return (part.Largest == 0 ? $"{Words.Sentence(part.Name)} is zero" : $"{Words.Sentence(part.Name)} is rounding noise: its largest entry is "
                + $"{Words.Of(part.Largest)}")
            + $", where the detached gradient (all statistics held constant), the slope of the curve, reaches {Words.Of(part.Detached!.Value)}{held.Extent}. "
            + (vanishing.Count > 1 ? $"The same holds for {vanishing.Count - 1} more of the stack. " : "")
            + "Under batch statistics every output depends on every sample, and here these influences cancel"
            + (part.IsIdentity ? ": the normalised activations sum to zero over the batch whatever the inputs are. " : ". ")
            + $"Ask for {evidence.Slope} (the slope of the curve one plots, and what a PINN's residual needs) or for kind perSample.";
    }
}
