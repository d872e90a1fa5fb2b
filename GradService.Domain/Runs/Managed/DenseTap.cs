using System.Numerics;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs.Managed;

/// <summary>A BatchNorm layer as a pass over blocks met it: what it normalised with, [C] each, and the running statistics after it.</summary>
internal sealed class DenseTap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private DenseTap(NormalizationSite site, NormalizationKernel<T> kernel, T[] mean, T[] variance, (T[] Mean, T[] Variance, double BatchesTracked) running)
    {
        Site = site;
        (Mean, Variance) = (mean, variance);
        (RunningMean, RunningVariance, BatchesTracked) = running;
        Inverse = Array.ConvertAll(variance, value => T.One / T.Sqrt(value + T.CreateTruncating(site.Layer.Eps)));
        Scale = [.. Inverse.Select((inverse, channel) => kernel.Weight(channel) * inverse)];
    }

    public NormalizationSite Site { get; }

    public T[] Mean { get; }

    public T[] Variance { get; }

    /// <summary>1 / √(variance + eps).</summary>
    public T[] Inverse { get; }

    /// <summary>weight / √(variance + eps).</summary>
    public T[] Scale { get; }

    public T[] RunningMean { get; }

    public T[] RunningVariance { get; }

    public double BatchesTracked { get; }

    /// <summary>By the running statistics as they are.</summary>
    public static DenseTap<T> OfRunning(NormalizationSite site, NormalizationKernel<T> kernel)
    {
        var running = Running(site, kernel);
        return new DenseTap<T>(site, kernel, running.Mean, running.Variance, running);
    }

    /// <summary>By the statistics that a reference batch had at the same layer.</summary>
    public static DenseTap<T> OfReference(NormalizationSite site, NormalizationKernel<T> kernel, DenseTap<T> reference) =>
        new(site, kernel, reference.Mean, reference.Variance, Running(site, kernel));

    /// <summary>By those of the batch, or by the running ones after they have taken the batch in.</summary>
    public static DenseTap<T> OfBatch(NormalizationSite site, NormalizationKernel<T> kernel, StatisticsSource source, T[] mean, T[] variance, long n)
    {
        var running = Running(site, kernel);
        if (site.Mode.Update is { } update)
        {
            var weight = update(running.BatchesTracked, site.Layer.Momentum);
            var (old, unbiased) = (T.CreateTruncating(1 - weight), T.CreateTruncating((double)n / (n - 1)));
            var taken = T.CreateTruncating(weight);
            running = (
                [.. running.Mean.Zip(mean, (before, batch) => (before * old) + (batch * taken))],
                [.. running.Variance.Zip(variance, (before, batch) => (before * old) + (batch * unbiased * taken))],
                running.BatchesTracked + 1);
        }

        return source == StatisticsSource.Batch ? new DenseTap<T>(site, kernel, mean, variance, running) : new DenseTap<T>(site, kernel, running.Mean, running.Variance, running);
    }

    // The forum's module begins with 0 and 1; other modes do not look at them.
    private static (T[] Mean, T[] Variance, double BatchesTracked) Running(NormalizationSite site, NormalizationKernel<T> kernel)
    {
        if (kernel.RunningMean is { } mean)
        {
            return (mean.Buffer<T>(), kernel.RunningVariance!.Buffer<T>(), kernel.BatchesTracked);
        }

        var channels = (int)site.Node.Input[0];
        return (new T[channels], [.. Enumerable.Repeat(T.One, channels)], 0);
    }
}
