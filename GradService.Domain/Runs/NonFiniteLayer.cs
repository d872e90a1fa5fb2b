using GradService.Domain.Networks;

namespace GradService.Domain.Runs;

/// <summary>A parameter or buffer that was given numbers which are none.</summary>
/// <param name="Name">Its state_dict name.</param>
/// <param name="Count">How many.</param>
/// <param name="Of">Of how many.</param>
/// <param name="First">The first of them.</param>
internal sealed record NonFiniteParameter(string Name, int Count, long Of, double First);

/// <summary>The first layer, in forward order, that makes something which is not finite of what is.</summary>
/// <param name="Node">The layer.</param>
/// <param name="Sample">The first sample concerned.</param>
/// <param name="Largest">The largest absolute value that enters: of that sample; with a channel, of that channel in all samples.</param>
/// <param name="Leaving">What leaves it first that is not finite; null: all that leaves is.</param>
internal sealed record NonFiniteLayer(LayerNode Node, long Sample, double Largest, double? Leaving)
{
    /// <summary>Of a BatchNorm layer whose statistics are the cause, the channel and what it was met with.</summary>
    public NonFiniteChannel? Channel { get; init; }
}

/// <summary>A channel by whose statistics nothing can be normalised.</summary>
/// <param name="Trace">The layer as the run met it.</param>
/// <param name="Channel">The channel.</param>
internal sealed record NonFiniteChannel(LayerTrace Trace, int Channel)
{
    public double Mean => Trace.Used.Mean[Channel];

    public double Variance => Trace.Used.Variance[Channel];

    /// <summary>The first channel of a layer that is so; null where none is.</summary>
    public static NonFiniteChannel? Of(LayerTrace trace)
    {
        var (mean, variance) = (trace.Used.Mean, trace.Used.Variance);
        for (var channel = 0; channel < mean.Count; channel++)
        {
            if (!double.IsFinite(mean[channel]) || !double.IsFinite(variance[channel]) || !(variance[channel] + trace.Site.Layer.Eps > 0))
            {
                return new NonFiniteChannel(trace, channel);
            }
        }

        return null;
    }
}
