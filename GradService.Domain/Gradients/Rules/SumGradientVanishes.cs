using GradService.Domain.Arrays;
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
        if (evidence.Question is not Sum || !evidence.Size.Coupled)
        {
            return null;
        }

        var (sum, detached) = (evidence.Answer.Gradients!.MaxAbsolute(), evidence.Detached!.MaxAbsolute());
        return sum < NoiseFloor(evidence, detached)
            ? $"The gradient of the summed outputs is rounding noise: its largest entry is {Words.Of(sum)}, where the detached gradient (mode trainDetached), "
                + $"the slope of the curve, reaches {Words.Of(detached)}{evidence.Detached.Extent}. "
                + "Under batch statistics every output depends on every sample, and here these influences cancel: the normalised activations sum to zero over "
                + "the batch whatever the inputs are. "
                + "Ask for mode trainDetached (the slope of the curve one plots, and what a PINN's residual needs) or for kind perSample."
            : null;
    }

    /// <summary>
    /// Below it a sum over N samples is noise: 256·eps·√N·max|detached|. N·eps would call real gradients noise at N = 100,000,
    /// √N·eps alone misses the forum's network there.
    /// </summary>
    private static double NoiseFloor(GradientEvidence evidence, double detached) =>
        256 * evidence.Dtype.Epsilon() * Math.Sqrt(evidence.Size.Samples) * detached;
}
