namespace GradService.Domain.Findings.Rules;

/// <summary>A point without a derivative of its order: a finite difference reaches across it, or the answer stands on it.</summary>
internal static class Kink
{
    public static FindingRule Rule { get; } = new("kink", Severity.Info, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence) =>
        string.Join(" ", evidence.Corners.Select(corner => corner.Sentence).Prepend(OfDifferences(evidence.FiniteDifferences)).OfType<string>())
            is { Length: > 0 } sentences ? sentences : null;

    private static string? OfDifferences(FiniteDifferenceOutcome? outcome)
    {
        if (outcome is null || outcome.AcrossKinks + outcome.AtCorners == 0)
        {
            return null;
        }

        var what = outcome.AcrossKinks == 0 ? "" : $"straddle a point at which {Words.Names(outcome.Jumps)} jumps";
        var corner = outcome.AtCorners == 0 ? ""
            : (outcome.AcrossKinks == 0 ? "" : $", or ({outcome.AtCorners} of them) ")
                + "stand at a corner, as of |u| or a norm at 0: the slopes to both sides differ at every step";
        return $"{outcome.AcrossKinks + outcome.AtCorners} of the {outcome.Drawn} entries drawn for finite differences {what}{corner}; they were not compared. "
            + "The derivative there is one-sided, or 0, by PyTorch's choice: moving on may change the value otherwise than it says. "
            + (outcome.AcrossKinks == 0 ? "Move the parameters or the inputs a little."
                : "Move the inputs a little, or use an activation that is smooth to that order, such as tanh, silu or gelu.");
    }
}
