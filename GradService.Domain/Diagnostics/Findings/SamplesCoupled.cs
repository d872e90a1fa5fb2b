namespace GradService.Domain.Diagnostics.Findings;

/// <summary>Outputs depend on other samples.</summary>
internal static class SamplesCoupled
{
    public static FindingRule Rule { get; } = new("samples-coupled", Severity.Info, EvidenceKinds.CouplingShare, Examine);

    private static string? Examine(Evidence evidence) => evidence.CouplingShare > 1e-3
        ? $"Outputs depend on other samples of the batch: {Words.Percent(evidence.CouplingShare.Value)} of the squared Jacobian lies off the diagonal blocks, so there is no gradient of one sample alone. "
            + "Modes trainDetached, eval, movingAverage and reference decouple the samples."
        : null;
}
