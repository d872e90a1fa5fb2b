using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>One number for each of as many windows as make the wanted size, and channel.</summary>
public abstract record AdaptivePooling : SpatialLayer
{
    /// <summary>Size of the result.</summary>
    [Range(1, int.MaxValue)]
    public required PerAxis OutputSize { get; init; }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        CheckRank(path, input);
        return Node(path, input, new Shape([input[0], .. OutputSize.For(Axes, Field(path, "outputSize"))]));
    }

    /// <summary>Inputs under one window. Windows overlap by one input at most, where their size is no divisor.</summary>
    private protected double Window(LayerNode node) =>
        Enumerable.Range(1, Axes).Aggregate(1.0, (product, axis) => product * Math.Ceiling((double)node.Input[axis] / node.Output[axis]));
}
