using System.Numerics;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs.Managed;

/// <summary>A BatchNorm layer as a pass over blocks met it: what it normalised with, [C] each, and the running statistics after it.</summary>
internal sealed class DenseTap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private DenseTap(NormalizationSite site, NormalizationKernel<T> kernel, ChannelStatistics used, RunningChannels running, Correction? correction = null)
    {
        Site = site;
        (Mean, Variance) = used;
        (RunningMean, RunningVariance) = running.Statistics;
        BatchesTracked = running.BatchesTracked;
        Inverse = Array.ConvertAll(Variance, value => T.One / T.Sqrt(value + T.CreateTruncating(site.Layer.Eps)));
        Scale = [.. Inverse.Select((inverse, channel) => Weighed(correction?.Scale, channel) * inverse)];
        Bias = [.. Inverse.Select((_, channel) => correction is null ? kernel.Bias(channel) : kernel.Bias(channel) + Weighed(correction.Shift, channel))];

        T Weighed(double[]? factors, int channel) => factors is null ? kernel.Weight(channel) : kernel.Weight(channel) * T.CreateTruncating(factors[channel]);
    }

    public NormalizationSite Site { get; }

    public T[] Mean { get; }

    public T[] Variance { get; }

    /// <summary>1 / √(variance + eps).</summary>
    public T[] Inverse { get; }

    /// <summary>What h − mean is multiplied by: weight / √(variance + eps), corrected where the mode does.</summary>
    public T[] Scale { get; }

    /// <summary>What is added: the layer's bias, corrected where the mode does.</summary>
    public T[] Bias { get; }

    public T[] RunningMean { get; }

    public T[] RunningVariance { get; }

    public double BatchesTracked { get; }

    /// <summary>By the running statistics as they are.</summary>
    public static DenseTap<T> OfRunning(NormalizationSite site, NormalizationKernel<T> kernel)
    {
        var running = Before(site, kernel);
        return new DenseTap<T>(site, kernel, running.Statistics, running);
    }

    /// <summary>By the statistics that a reference batch had at the same layer.</summary>
    public static DenseTap<T> OfReference(NormalizationSite site, NormalizationKernel<T> kernel, DenseTap<T> reference) =>
        new(site, kernel, new ChannelStatistics(reference.Mean, reference.Variance), Before(site, kernel));

    /// <summary>By what was measured, or by what the mode makes of it.</summary>
    /// <param name="site">The layer.</param>
    /// <param name="kernel">The same with its numbers.</param>
    /// <param name="measured">Mean and biased variance of n values, [C] each.</param>
    /// <param name="n">How many values.</param>
    public static DenseTap<T> OfBatch(NormalizationSite site, NormalizationKernel<T> kernel, (T[] Mean, T[] Variance) measured, long n)
    {
        var batch = new ChannelStatistics(measured.Mean, measured.Variance);
        var before = Before(site, kernel);
        var after = site.Mode.BatchWeight(before.BatchesTracked, site.Layer.Momentum) is { } weight ? before.TakeIn(batch, n, weight) : before;
        var used = site.Mode.Use(batch, before.Statistics, after.Statistics);
        return new DenseTap<T>(site, kernel, used, after, site.Corrects ? Correction.Of(site, used.Doubles, before.Statistics.Doubles) : null);
    }

    // The forum's module begins with 0 and 1; other modes do not look at them.
    private static RunningChannels Before(NormalizationSite site, NormalizationKernel<T> kernel)
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
        public (double[] Mean, double[] Variance) Doubles => (Array.ConvertAll(Mean, double.CreateTruncating), Array.ConvertAll(Variance, double.CreateTruncating));
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
