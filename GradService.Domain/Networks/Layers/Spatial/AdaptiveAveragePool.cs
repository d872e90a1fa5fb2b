using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Means of as many windows as make the wanted size.</summary>
public abstract record AdaptiveAveragePool : SpatialLayer
{
    /// <summary>Size of the result.</summary>
    [Range(1, int.MaxValue)]
    public required PerAxis OutputSize { get; init; }

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype)
    {
        // Windows overlap by one input at most, where their size is no divisor.
        var window = Enumerable.Range(1, Axes).Aggregate(1.0, (product, axis) => product * Math.Ceiling((double)node.Input[axis] / node.Output[axis]));
        return LayerWork.Single(node.Output.Elements * (6 + (0.55 * window)), node.Output.Elements * (6 + (0.35 * window)));
    }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        CheckRank(path, input);
        return Node(path, input, new Shape([input[0], .. OutputSize.For(Axes, Field(path, "outputSize"))]));
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.AdaptiveAveragePool(node.Output.Dimensions[1..].ToArray());
}
