namespace GradService.Domain.Diagnostics.Findings;

/// <summary>NaN or infinities in outputs, gradients or statistics.</summary>
internal static class NonFinite
{
    public static FindingRule Rule { get; } = new("non-finite", Severity.Error, EvidenceKinds.None, Examine);

    public static int Count(Evidence evidence) => evidence.Outputs.CountNonFinite() + InGradients(evidence) + InStatistics(evidence);

    private static string? Examine(Evidence evidence) => Count(evidence) == 0 ? null :
        $"{evidence.Outputs.CountNonFinite()} of {evidence.Outputs.Count} outputs, {InGradients(evidence)} of {evidence.Answer.Arrays.Sum(array => array.Count)} gradient entries "
        + $"and {InStatistics(evidence)} BatchNorm statistics are NaN or infinite. Look for NaN in network.parameters, inputs too large for {Words.Of(evidence.Dtype)}, "
        + "or a channel of variance 0 in a layer with eps 0.";

    private static int InGradients(Evidence evidence) => evidence.Answer.Arrays.Sum(array => array.CountNonFinite());

    private static int InStatistics(Evidence evidence) => evidence.Layers.Sum(layer =>
        layer.Report.Mean.CountNonFinite() + layer.Report.Variance.CountNonFinite()
        + (layer.Report.RunningMean?.CountNonFinite() ?? 0) + (layer.Report.RunningVariance?.CountNonFinite() ?? 0));
}
