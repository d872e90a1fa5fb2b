namespace GradService.Domain.Findings.Rules;

/// <summary>Finite differences have nothing to compare, or cannot tell.</summary>
internal static class BelowNoise
{
    public static FindingRule Rule { get; } = new("below-noise", Severity.Info, EvidenceKinds.FiniteDifferences, Examine);

    private static string? Examine(Evidence evidence)
    {
        var outcome = evidence.FiniteDifferences!;
        if (outcome.BelowNoise)
        {
            return $"All {outcome.Report.Checked} entries compared are below the noise of finite differences, about {Words.Of(outcome.Noise)}: "
                + "this gradient is zero as far as can be told, and the errors are reported as 0. To check the method, ask for a kind or mode whose "
                + "gradient does not vanish.";
        }

        return outcome.Unjudged > 0
            ? $"{outcome.Unjudged} of the {outcome.Drawn} entries drawn are below the noise of finite differences, up to {Words.Of(outcome.Noise)}: whatever "
                + "the step, rounding or curvature moves the difference by as much as it is off the answer. They were not compared, which says nothing against "
                + "them. Digits are lost where numbers are large beside their spread: subtract the offset, scale inputs to about 1, or take dtype float64."
            : null;
    }
}
