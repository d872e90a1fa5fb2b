namespace GradService.Domain.Findings.Rules;

/// <summary>NaN or infinities in outputs, gradients or statistics.</summary>
internal static class NonFinite
{
    public static FindingRule Rule { get; } = new("non-finite", Severity.Error, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence) => evidence.NonFinite.Total == 0 ? null :
        $"{string.Join(", ", evidence.NonFinite.Parts.Select(part => $"{part.Count} of {part.Of} {part.Name}"))} and {evidence.NonFinite.Statistics} BatchNorm "
            + "statistics are NaN or infinite. "
        + $"Look for NaN in network.parameters, inputs too large for {Words.Of(evidence.Dtype)}, or a channel of variance 0 in a layer with eps 0.";
}
