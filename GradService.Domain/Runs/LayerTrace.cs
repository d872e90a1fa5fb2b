using GradService.Domain.Arrays;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs;

/// <summary>A BatchNorm layer as a run met it.</summary>
/// <param name="plan">The run's plan.</param>
/// <param name="site">The layer and its mode.</param>
internal abstract class LayerTrace(RunPlan plan, NormalizationSite site)
{
    private readonly Dictionary<int, double> _ranges = [];

    public NormalizationSite Site { get; } = site;

    /// <summary>Its state_dict prefix, and the batch that it met where there are several.</summary>
    public string Name => plan.Batch is { } batch ? $"{Site.Node.Path.Name} on '{batch}'" : Site.Node.Path.Name;

    /// <summary>How many samples its statistics were taken over; null where they come from before.</summary>
    public long? StatisticsSamples => plan.SamplesBehind(Site);

    /// <summary>What it normalised with, [C] each.</summary>
    public ChannelValues Used => field ??= WithRanges(ReadUsed());

    /// <summary>How much more than elsewhere rounding is beside what is normalised: the largest |mean| in deviations, √(variance + eps).</summary>
    public double Amplification
    {
        get
        {
            var largest = 0.0;
            for (var channel = 0; channel < Used.Mean.Count; channel++)
            {
                largest = Math.Max(largest, Math.Abs(Used.Mean[channel]) / Math.Sqrt(Used.Variance[channel] + Site.Layer.Eps));
            }

            return largest;
        }
    }

    /// <summary>The network's own running statistics before the call; null where the layer keeps none.</summary>
    public RunningValues? Before => Site.Layer.TrackRunningStats ? field ??= ReadBefore() : null;

    /// <summary>Its running statistics after the run; null where the layer keeps none.</summary>
    public RunningValues? After => Site.Layer.TrackRunningStats ? field ??= ReadAfter() : null;

    /// <summary>
    /// The largest less the smallest of the values that a channel's statistics were taken over: known where the variance is so small beside the
    /// mean that rounding may have made it, else null.
    /// </summary>
    public double? RangeOf(int channel) => Used is not null && _ranges.TryGetValue(channel, out var range) ? range : null;

    /// <summary>The range of a channel, while the run is there; null where its statistics come from before.</summary>
    private protected abstract double? ReadRange(int channel);

    private protected abstract ChannelValues ReadUsed();

    private protected abstract RunningValues ReadBefore();

    private protected abstract RunningValues ReadAfter();

    private ChannelValues WithRanges(ChannelValues used)
    {
        // How many last digits a mean may be off by at most.
        const double Digits = 1024;
        for (var channel = 0; Site is { Measures: true, Mode.UsesUpdated: false } && channel < used.Mean.Count; channel++)
        {
            if (Math.Sqrt(used.Variance[channel]) <= Digits * used.Mean.Dtype.Epsilon() * Math.Abs(used.Mean[channel])
                && ReadRange(channel) is { } range)
            {
                _ranges[channel] = range;
            }
        }

        return used;
    }
}

/// <summary>Mean and variance of each channel in managed memory, [C] each.</summary>
internal sealed record ChannelValues(NdArray Mean, NdArray Variance);

/// <summary>Running statistics in managed memory.</summary>
internal sealed record RunningValues(ChannelValues Values, double BatchesTracked);
