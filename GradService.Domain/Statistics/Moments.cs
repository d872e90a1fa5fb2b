using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using static TorchSharp.torch;

namespace GradService.Domain.Statistics;

/// <summary>
/// Mean and variance of each channel, both [C], or of each channel for each sample, both [N, C]. The tensors belong to the scope of
/// the pass that made them.
/// </summary>
internal sealed class Moments(Tensor mean, Tensor variance)
{
    public Tensor Mean { get; } = mean;

    public Tensor Variance { get; } = variance;

    /// <summary>Mean and biased variance of h [N, C, …] over samples and positions, and h − mean, which normalising needs again.</summary>
    /// <param name="node">The layer.</param>
    /// <param name="h">The activation.</param>
    /// <param name="flows">Whether gradients flow through mean and variance; through h − mean they always do.</param>
    public static (Moments Moments, Tensor Centred) Of(LayerNode node, Tensor h, bool flows)
    {
        var axes = BatchNorm.StatisticsAxes(node);
        var mean = (flows ? h : h.detach()).MeanOver(axes);
        var centred = h.Minus(BatchNorm.PerChannel(mean, node));
        var variance = (flows ? centred : centred.detach()).Squared().MeanOver(axes);
        return (new Moments(mean, variance), centred);
    }

    /// <summary>The same numbers as constants.</summary>
    public Moments Detached() => new(Mean.detach(), Variance.detach());

    /// <summary>The same mean with the unbiased variance of n values.</summary>
    public Moments Unbiased(long n) => new(Mean, Variance.Times((double)n / (n - 1)));

    /// <summary>h − mean.</summary>
    public Tensor Centre(LayerNode node, Tensor h) => h.Minus(BatchNorm.PerChannel(Mean, node));

    /// <summary>
    /// centred · weight / √(variance + eps), the factor being made per channel first. In primitive operations: the fused one is
    /// wrong from the third derivative on.
    /// </summary>
    public Tensor Scale(LayerNode node, Tensor centred, Tensor? weight, double eps)
    {
        var deviation = Variance.Plus(Variance.Constant(eps)).sqrt();
        return centred.Times(BatchNorm.PerChannel(weight?.Over(deviation) ?? deviation.reciprocal(), node));
    }
}

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
            return new RunningStatistics(new Moments(network[site.Node, "running_mean"], network[site.Node, "running_var"]),
                network[site.Node, "num_batches_tracked"].ToDoubles()[0]);
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
