using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Means of as many windows as make the wanted size.</summary>
public abstract record AdaptiveAveragePool : AdaptivePooling
{
    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Single(node.Output.Elements * (6 + (0.55 * Window(node))), node.Output.Elements * (6 + (0.35 * Window(node))));

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.AdaptiveAveragePool(node.Output.Dimensions[1..].ToArray());
}
