namespace GradService.Domain.Findings.Rules;

/// <summary>Finite differences have nothing to compare.</summary>
internal static class BelowNoise
{
    public static FindingRule Rule { get; } = new("below-noise", Severity.Info, EvidenceKinds.FiniteDifferences, Examine);

    private static string? Examine(Evidence evidence) => evidence.FiniteDifferences!.BelowNoise
        ? $"All {evidence.FiniteDifferences.Report.Checked} entries compared are below the noise of finite differences, "
            + $"about {Words.Of(evidence.FiniteDifferences.Noise)}: this gradient is zero as far as can be told, "
            + "and the errors are reported as 0. To check the method, ask for a kind or mode whose gradient does not vanish."
        : null;
}
