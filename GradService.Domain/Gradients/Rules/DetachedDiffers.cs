using GradService.Domain.Findings;

namespace GradService.Domain.Gradients.Rules;

/// <summary>The answer is not the slope of the curve: the part that flows through the batch statistics matters.</summary>
internal static class DetachedDiffers
{
    public static FindingRule Rule { get; } = FindingRule.For<GradientEvidence>("detached-differs", Severity.Info, EvidenceKinds.Detached, Examine);

    private static string? Examine(GradientEvidence evidence)
    {
        var differing = evidence.Parts.Where(part => part.Differs).ToList();
        if (differing.Count == 0)
        {
            return null;
        }

        var part = differing.MaxBy(part => part.Difference / part.Detached)!;
        var (difference, detached) = (part.Difference!.Value, part.Detached!.Value);
        return "The part of the gradient that flows through the batch statistics matters: with the statistics held constant, "
            + (evidence.Parts.Count > 1 ? $"{part.Name} differs by up to " : "entries differ by up to ")
            + $"{Words.Of(difference)}{Words.OfWhole(difference, detached, "largest detached entry")}{evidence.Detached!.Extent}. "
            + $"This answer, kind {evidence.Question.Kind} under coupled statistics, includes how a sample moves mean and variance; for the slope of the "
            + $"curve one plots ask for {evidence.Slope}.";
    }
}
