using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The mean under each window, the padding counted in.</summary>
public abstract record AveragePool : Pooling
{
    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Single(node.Output.Elements * (8 + (1.3 * Window)), (node.Output.Elements * (7 + (0.25 * Window))) + (0.3 * node.Input.Elements));

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var (kernel, stride, padding) = Geometry(node.Path);
        return x.AveragePool(kernel, stride, padding);
    }
}
