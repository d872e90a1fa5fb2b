using GradService.Domain.Findings;

namespace GradService.Domain.Gradients.Rules;

/// <summary>Outputs depend on other samples.</summary>
internal static class SamplesCoupled
{
    public static FindingRule Rule { get; } = FindingRule.For<GradientEvidence>("samples-coupled", Severity.Info, EvidenceKinds.CouplingShare, Examine);

    private static string? Examine(GradientEvidence evidence)
    {
        var coupling = evidence.Answer.Coupling!;
        if (coupling.Share <= 1e-3)
        {
            return null;
        }

        var strongest = coupling.MostInfluential is { } sample ? $" Sample {sample.Sample} moves the others' outputs most (norm {Words.Of(sample.Norm)})." : "";
        return $"Outputs depend on other samples of the batch: {Words.Percent(coupling.Share)} of the squared Jacobian lies off the diagonal blocks, "
            + $"so there is no gradient of one sample alone.{strongest} "
            + "Modes trainDetached, eval, movingAverage and reference decouple the samples.";
    }
}
