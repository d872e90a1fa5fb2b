using GradService.Domain.Native;
using GradService.Domain.Networks;

namespace GradService.Domain.Statistics;

/// <summary>Mean and variance [C] of the batches so far. The tensors belong to the scope of the run that made them.</summary>
internal sealed class RunningStatistics(Moments moments, double batchesTracked)
{
    public Moments Moments { get; } = moments;

    public double BatchesTracked { get; } = batchesTracked;

    /// <summary>Those that a network has for a layer. The forum's module begins with 0 and 1; other modes do not look at such.</summary>
    public static RunningStatistics Of(Network network, NormalizationSite site)
    {
        if (site.Layer.TrackRunningStats)
        {
            return new RunningStatistics(new Moments(network[site.Node, "running_mean"], network[site.Node, "running_var"]), network[site.Node, "num_batches_tracked"].ToDoubles()[0]);
        }

        var (channels, dtype) = (site.Node.Input[0], network.Dtype.ToScalarType());
        return new RunningStatistics(new Moments(Tensors.Zeros([channels], dtype), Tensors.Ones([channels], dtype)), 0);
    }

    /// <summary>These, and the mean and unbiased variance of a batch with that weight.</summary>
    public RunningStatistics TakeIn(Moments batch, double weight) => new(
        new Moments(
            Moments.Mean.Times(1 - weight).Plus(batch.Mean.Times(weight)),
            Moments.Variance.Times(1 - weight).Plus(batch.Variance.Times(weight))),
        BatchesTracked + 1);
}
