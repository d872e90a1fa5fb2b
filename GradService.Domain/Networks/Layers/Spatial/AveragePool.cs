using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The mean under each window, the padding counted in.</summary>
public abstract record AveragePool : Pooling
{
    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Single(node.Output.Elements * (5 + (0.7 * Window)), (node.Output.Elements * (5 + (0.15 * Window))) + (0.2 * node.Input.Elements));

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var (kernel, stride, padding) = Geometry(node.Path);
        return x.AveragePool(kernel, stride, padding);
    }
}
