using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs;

/// <summary>A BatchNorm layer as the answer met it.</summary>
/// <param name="Site">The layer and its mode.</param>
/// <param name="Report">Its statistics as reported.</param>
/// <param name="Before">Running statistics before this call; null where the layer keeps none.</param>
/// <param name="StatisticsSamples">How many samples its statistics were taken over; null where they come from elsewhere.</param>
/// <param name="Batch">The batch that it met, where there are several.</param>
internal sealed record LayerEvidence(NormalizationSite Site, BatchNormLayerReport Report, RunningValues? Before, long? StatisticsSamples, string? Batch = null)
{
    /// <param name="tap">The layer as a pass met it.</param>
    /// <param name="network">The network, with its running statistics before.</param>
    /// <param name="samples">How many samples its statistics were taken over; null where they come from elsewhere.</param>
    /// <param name="batch">The batch that it met, where there are several.</param>
    public static LayerEvidence Of(NormalizationTap tap, Network network, long? samples, string? batch = null)
    {
        var node = tap.Site.Node;
        var before = tap.Site.Layer.TrackRunningStats
            ? new RunningValues(network[node, "running_mean"].ToNdArray(), network[node, "running_var"].ToNdArray(), network[node, "num_batches_tracked"].ToDoubles()[0])
            : null;
        return new LayerEvidence(tap.Site, BatchNormLayerReport.Of(tap), before, samples, batch);
    }

    public string Name => Batch is null ? Report.Name : $"{Report.Name} on '{Batch}'";
}

/// <summary>Running statistics in managed memory.</summary>
internal sealed record RunningValues(NdArray Mean, NdArray Variance, double BatchesTracked);
