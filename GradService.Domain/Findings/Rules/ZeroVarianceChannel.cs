namespace GradService.Domain.Findings.Rules;

/// <summary>A channel that hardly varies is divided by √eps instead of its deviation.</summary>
internal static class ZeroVarianceChannel
{
    public static FindingRule Rule { get; } = new("zero-variance-channel", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence)
    {
        foreach (var layer in evidence.Layers)
        {
            var (variance, eps) = (layer.Used.Variance, layer.Site.Layer.Eps);
            var channels = Enumerable.Range(0, variance.Count).Where(channel => variance[channel] < eps || variance[channel] == 0).ToList();
            if (channels.Count > 0)
            {
                var lowest = channels.Min(channel => variance[channel]);
                return $"Channel {Words.Names(channels.Select(channel => $"{channel}"))} of BatchNorm layer {layer.Name} has a variance below the layer's eps "
                    + $"{Words.Of(eps)} (the lowest: {Words.Of(lowest)}): "
                    + (eps > 0 ? $"it is scaled by 1/√eps = {Words.Of(1 / Math.Sqrt(eps))} rather than to unit variance, and gradients through "
                        + "it are large and fragile. " : "it is divided by zero. ")
                    + "Look for constant inputs, dead units or a batch of equal samples.";
            }
        }

        return null;
    }
}
