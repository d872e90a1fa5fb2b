namespace GradService.Domain.Findings.Rules;

/// <summary>A derivative that is zero at all samples or points, and the reason.</summary>
internal static class DerivativeVanishes
{
    private const int Named = 5;

    public static FindingRule Rule { get; } = new("derivative-vanishes", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence)
    {
        var reasons = evidence.Vanishing.GroupBy(derivative => Reason(derivative, evidence)).ToList();
        return reasons.Count == 0 ? null
            : string.Join(" ", reasons.Take(Named).Select(reason =>
                Words.Sentence(Words.Names(reason.Select(Name))) + (reason.Count() == 1 ? " is" : " are") + $" zero everywhere: {reason.Key}"))
            + (reasons.Count > Named ? $" And {reasons.Count - Named} more." : "");
    }

    private static string Name(DerivativeEvidence derivative) =>
        derivative.FullName + (derivative.Largest > 0 ? $" ({Words.Of(derivative.Largest)} at most)" : "");

    private static string Reason(DerivativeEvidence derivative, Evidence evidence) => derivative.VanishesByMode
        ? $"with the statistics held constant it reaches {Words.Of(derivative.Detached!.Value)}, and what flows through the batch statistics cancels it. "
            + $"Use {evidence.Slope}, whose derivatives are those of the curve."
        : FlatnessWords.Of(derivative.Flatness);
}
