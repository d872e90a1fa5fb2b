using GradService.Domain.Findings;

namespace GradService.Domain.Objectives.Rules;

/// <summary>The parameter gradient leaves out how parameters move the statistics: it is not the gradient of the loss.</summary>
internal static class ParameterGradientPartial
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("parameter-gradient-partial", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(ObjectiveEvidence evidence) => evidence.Partial is { RelativeDifference: > 1e-3 } partial
        ? "This parameter gradient is not that of the loss: it leaves out how the parameters move the batch statistics (throughStatistics false). "
            + $"Beside the true gradient {partial.Words}. Set throughStatistics true, or take mode trainDetached, "
            + "where that is the default."
        : null;
}
