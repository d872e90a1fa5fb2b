using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using static TorchSharp.torch;

namespace GradService.Domain.Statistics;

/// <summary>Mean and variance of each channel, both [C], or of each channel for each sample, both [N, C]. The tensors belong to the scope of the pass that made them.</summary>
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
        var deviation = Variance.Plus(eps).sqrt();
        return centred.Times(BatchNorm.PerChannel(weight?.Over(deviation) ?? deviation.reciprocal(), node));
    }
}
