namespace GradService.Domain.Findings.Rules;

/// <summary>A point without a derivative: a finite difference reaches across it, or the answer stands on it.</summary>
internal static class Kink
{
    public static FindingRule Rule { get; } = new("kink", Severity.Info, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence) =>
        string.Join(" ", evidence.Corners.Select(corner => corner.Sentence).Prepend(OfDifferences(evidence)).OfType<string>()) is { Length: > 0 } sentences
            ? sentences
            : null;

    private static string? OfDifferences(Evidence evidence) => evidence.FiniteDifferences?.AcrossKinks > 0
        ? $"{evidence.FiniteDifferences.AcrossKinks} of the {evidence.FiniteDifferences.Drawn} entries drawn for finite differences straddle a point where an "
            + "activation has no derivative (as relu at 0); they were not compared. "
            + "The gradient there is one-sided, by PyTorch's choice of side. Move the inputs a little, or use a smooth activation such "
            + "as tanh, silu or softplus."
        : null;
}
