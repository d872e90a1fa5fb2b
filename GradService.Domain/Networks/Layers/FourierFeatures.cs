using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// [sin 2πBx, cos 2πBx] over the last axis, B drawn once and never trained (Tancik et al., "Fourier Features Let Networks Learn
/// High Frequency Functions in Low Dimensional Domains", 2020).
/// </summary>
public sealed record FourierFeatures : Layer
{
    /// <summary>The number of frequencies; the result is twice as wide.</summary>
    [Range(1, int.MaxValue / 2)]
    public required int Count { get; init; }

    /// <summary>The standard deviation of the frequencies.</summary>
    [Range(0, double.MaxValue)]
    public double Scale { get; init; } = 1;

    internal override long KeptCopies => 2;

    internal override LayerWork Work(LayerNode node, Dtype dtype)
    {
        var product = LayerWork.Product(node.Output.Elements / (2L * Count), node.Input[^1], Count, dtype);
        var waves = LayerWork.Elementwise(node.Output.Elements, dtype, 1.5, 2.4, 4);
        return waves with
        {
            ForwardCall = product.ForwardCall + waves.ForwardCall,
            Forward = product.Forward + waves.Forward,
            BackwardCall = product.BackwardCall + waves.BackwardCall,
            Backward = product.Backward + waves.Backward,
            Again = 1.5,
        };
    }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) =>
        Node(path, input, input.WithLast(2L * Count),
            new ParameterSpec("frequencies", new Shape(Count, input[^1]), new Initializer.Normal(Scale), ParameterRole.DrawnBuffer));

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var phases = x.Linear(pass.Parameter(node, "frequencies")!, null).Times(2 * Math.PI);
        return cat([phases.sin(), phases.cos()], -1);
    }
}
