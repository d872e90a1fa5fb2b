using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The largest values of as many windows as make the wanted size. Which one it is jumps: there the derivative does too.</summary>
public abstract record AdaptiveMaxPool : AdaptivePooling
{
    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    // The indices are 64 bits wide.
    internal override long KeptCopies => 3;

    // Over three axes planes come first.
    internal override long KeptElements(LayerNode node) => base.KeptElements(node).SaturatingPlus(Planes(node).SaturatingTimes(KeptCopies));

    internal override LayerWork Work(LayerNode node, Dtype dtype)
    {
        var (output, planes, back) = ((double)node.Output.Elements, (double)Planes(node), 0.3 * node.Input.Elements);
        if (Axes < 3)
        {
            return LayerWork.Single(output * (18 + Window(node)), (2 * output) + back);
        }

        var depth = Math.Ceiling((double)node.Input[1] / node.Output[1]);
        return LayerWork.Single((planes * (18 + (Window(node) / depth))) + (output * (38 + depth)), (2 * (output + planes)) + back) with
        {
            ForwardCall = 12_000,
            BackwardCall = 12_000,
        };
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var (output, indices) = x.AdaptiveMaxPool(node.Output.Dimensions[1..].ToArray());
        pass.Branch(new BranchPoint(Type, 1, "where two elements are the largest"), () => indices);
        return output;
    }

    /// <summary>Elements of what the planes of a volume become before its depth does.</summary>
    private long Planes(LayerNode node) => Axes < 3 ? 0 : (node.Output.Elements / node.Output[1]).SaturatingTimes(node.Input[1]);
}

/// <summary>The largest values of as many windows of one spatial axis of samples [C, L] as make the wanted size, as nn.AdaptiveMaxPool1d.</summary>
public sealed record AdaptiveMaxPool1d : AdaptiveMaxPool
{
    private protected override int Axes => 1;
}

/// <summary>The largest values of as many windows of two spatial axes of samples [C, H, W] as make the wanted size, as nn.AdaptiveMaxPool2d.</summary>
public sealed record AdaptiveMaxPool2d : AdaptiveMaxPool
{
    private protected override int Axes => 2;
}

/// <summary>The largest values of as many windows of three spatial axes of samples [C, D, H, W] as make the wanted size, as nn.AdaptiveMaxPool3d.</summary>
public sealed record AdaptiveMaxPool3d : AdaptiveMaxPool
{
    private protected override int Axes => 3;
}
