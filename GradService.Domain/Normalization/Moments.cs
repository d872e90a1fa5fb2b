using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using static TorchSharp.torch;

namespace GradService.Domain.Normalization;

/// <summary>Mean and variance of each channel, both [C]. The tensors belong to the scope of the pass that made them.</summary>
internal sealed class Moments(Tensor mean, Tensor variance)
{
    public Tensor Mean { get; } = mean;

    public Tensor Variance { get; } = variance;

    /// <summary>Mean and biased variance of h [N, C, …] over samples and positions, differentiable.</summary>
    public static Moments Of(LayerNode node, Tensor h)
    {
        var axes = BatchNorm.StatisticsAxes(node);
        var mean = h.MeanOver(axes);
        var variance = h.Minus(BatchNorm.PerChannel(mean, node)).Squared().MeanOver(axes);
        return new Moments(mean, variance);
    }

    /// <summary>The same numbers as constants.</summary>
    public Moments Detached() => new(Mean.detach(), Variance.detach());

    /// <summary>The same mean with the unbiased variance of n values.</summary>
    public Moments Unbiased(long n) => new(Mean, Variance.Times((double)n / (n - 1)));

    /// <summary>(h − mean) / √(variance + eps), in primitive operations: the fused one is wrong from the third derivative on.</summary>
    public Tensor Normalize(LayerNode node, Tensor h, double eps) =>
        h.Minus(BatchNorm.PerChannel(Mean, node)).Over(BatchNorm.PerChannel(Variance.Plus(eps).sqrt(), node));
}
