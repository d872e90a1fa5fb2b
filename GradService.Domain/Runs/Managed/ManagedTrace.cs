using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs.Managed;

/// <summary>A BatchNorm layer as a run over blocks met it: what it normalised with, [C] each, and the running statistics after it.</summary>
internal sealed class ManagedTrace<T> : LayerTrace
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NormalizationKernel<T> _kernel;
    private readonly RunningChannels _after;
    private readonly Func<int, double>? _range;

    private ManagedTrace(RunPlan plan, NormalizationSite site, NormalizationKernel<T> kernel, ChannelStatistics used, RunningChannels after,
        Correction? correction = null, Func<int, double>? range = null)
        : base(plan, site)
    {
        (_kernel, _after, _range) = (kernel, after, range);
        (Mean, Variance) = used;
        Inverse = Array.ConvertAll(Variance, value => T.One / T.Sqrt(value + T.CreateTruncating(plan.Shape.Dtype.Constant(site.Layer.Eps))));
        Scale = [.. Inverse.Select((inverse, channel) => Weighed(correction?.Scale, channel) * inverse)];
        Bias = [.. Inverse.Select((_, channel) => correction is null ? kernel.Bias(channel) : kernel.Bias(channel) + Weighed(correction.Shift, channel))];

        T Weighed(double[]? factors, int channel) => factors is null ? kernel.Weight(channel) : kernel.Weight(channel) * T.CreateTruncating(factors[channel]);
    }

    public T[] Mean { get; }

    public T[] Variance { get; }

    /// <summary>1 / √(variance + eps).</summary>
    public T[] Inverse { get; }

    /// <summary>What h − mean is multiplied by: weight / √(variance + eps), corrected where the mode does.</summary>
    public T[] Scale { get; }

    /// <summary>What is added: the layer's bias, corrected where the mode does.</summary>
    public T[] Bias { get; }

    /// <summary>By the running statistics as they are.</summary>
    public static ManagedTrace<T> OfRunning(RunPlan plan, NormalizationSite site, NormalizationKernel<T> kernel)
    {
        var running = RunningOf(site, kernel);
        return new ManagedTrace<T>(plan, site, kernel, running.Statistics, running);
    }

    /// <summary>By the statistics that a reference batch had at the same layer.</summary>
    public static ManagedTrace<T> OfReference(RunPlan plan, NormalizationSite site, NormalizationKernel<T> kernel, ManagedTrace<T> reference)
    {
        // The reference batch's run is gone before anybody asks.
        var ranges = reference.Mean.Select((_, channel) => reference._range!(channel)).ToList();
        return new ManagedTrace<T>(plan, site, kernel, new ChannelStatistics(reference.Mean, reference.Variance), RunningOf(site, kernel),
            range: channel => ranges[channel]);
    }

    /// <summary>By what was measured, or by what the mode makes of it.</summary>
    /// <param name="plan">The run's plan.</param>
    /// <param name="site">The layer.</param>
    /// <param name="kernel">The same with its numbers.</param>
    /// <param name="measured">Mean and biased variance of n values, [C] each.</param>
    /// <param name="n">How many values.</param>
    /// <param name="range">The largest less the smallest of a channel's values.</param>
    public static ManagedTrace<T> OfBatch(RunPlan plan, NormalizationSite site, NormalizationKernel<T> kernel, (T[] Mean, T[] Variance) measured, long n,
        Func<int, double> range)
    {
        var batch = new ChannelStatistics(measured.Mean, measured.Variance);
        var before = RunningOf(site, kernel);
        var after = site.Mode.BatchWeight(before.BatchesTracked, site.Layer.Momentum) is { } weight ? before.TakeIn(batch, n, weight) : before;
        var used = site.Mode.Use(batch, before.Statistics, after.Statistics);
        return new ManagedTrace<T>(plan, site, kernel, used, after, site.Corrects ? Correction.Of(site, used.Doubles, before.Statistics.Doubles) : null,
            range);
    }

    private protected override double? ReadRange(int channel) => _range?.Invoke(channel);

    private protected override ChannelValues ReadUsed() => new(Mean.ToNdArray(), Variance.ToNdArray());

    private protected override RunningValues ReadBefore() => new(new ChannelValues(_kernel.RunningMean!, _kernel.RunningVariance!), _kernel.BatchesTracked);

    private protected override RunningValues ReadAfter() =>
        new(new ChannelValues(_after.Statistics.Mean.ToNdArray(), _after.Statistics.Variance.ToNdArray()), _after.BatchesTracked);

    // The forum's module begins with 0 and 1; other modes do not look at them.
    private static RunningChannels RunningOf(NormalizationSite site, NormalizationKernel<T> kernel)
    {
        if (kernel.RunningMean is { } mean)
        {
            return new RunningChannels(new ChannelStatistics(mean.Buffer<T>(), kernel.RunningVariance!.Buffer<T>()), kernel.BatchesTracked);
        }

        var channels = (int)site.Node.Input[0];
        return new RunningChannels(new ChannelStatistics(new T[channels], [.. Enumerable.Repeat(T.One, channels)]), 0);
    }

    /// <summary>Mean and variance of each channel, [C].</summary>
    private sealed record ChannelStatistics(T[] Mean, T[] Variance)
    {
        public (double[] Mean, double[] Variance) Doubles =>
            (Array.ConvertAll(Mean, double.CreateTruncating), Array.ConvertAll(Variance, double.CreateTruncating));
    }

    /// <summary>Those of the batches so far.</summary>
    private sealed record RunningChannels(ChannelStatistics Statistics, double BatchesTracked)
    {
        /// <summary>These, and those of a batch of n values with that weight.</summary>
        public RunningChannels TakeIn(ChannelStatistics batch, long n, double weight)
        {
            var (old, unbiased) = (T.CreateTruncating(1 - weight), T.CreateTruncating((double)n / (n - 1)));
            var taken = T.CreateTruncating(weight);
            return new RunningChannels(
                new ChannelStatistics(
                    [.. Statistics.Mean.Zip(batch.Mean, (before, value) => (before * old) + (value * taken))],
                    [.. Statistics.Variance.Zip(batch.Variance, (before, value) => (before * old) + (value * unbiased * taken))]),
                BatchesTracked + 1);
        }
    }
}
