using GradService.Domain.Findings;

namespace GradService.Domain.Gradients.Rules;

/// <summary>The answer is not the slope of the curve: the part that flows through the batch statistics matters.</summary>
internal static class DetachedDiffers
{
    public static FindingRule Rule { get; } = FindingRule.For<GradientEvidence>("detached-differs", Severity.Info, EvidenceKinds.Detached, Examine);

    private static string? Examine(GradientEvidence evidence)
    {
        if (!evidence.Size.Coupled)
        {
            return null;
        }

        var detached = evidence.Detached!.MaxAbsolute();
        var difference = evidence.Detached.MaxDifference(evidence.Answer.Gradients!);
        return difference > 1e-3 * detached
            ? "The part of the gradient that flows through the batch statistics matters: with the statistics held constant (mode trainDetached) entries "
                + $"differ by up to {Words.Of(difference)}, "
                + $"{Words.Share(difference, detached)} of the largest detached entry, {Words.Of(detached)}{evidence.Detached.Extent}. "
                + $"This answer, kind {evidence.Question.Kind} under coupled statistics, includes how a sample moves mean and variance; for the slope of the "
                + "curve one plots ask for mode trainDetached."
            : null;
    }
}
