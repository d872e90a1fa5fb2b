using System.ComponentModel.DataAnnotations;
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

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) =>
        Node(path, input, input.WithLast(2L * Count), new ParameterSpec("frequencies", new Shape(Count, input[^1]), new Initializer.Normal(Scale), ParameterRole.DrawnBuffer));

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var phases = x.Linear(pass.Parameter(node, "frequencies")!, null).Times(2 * Math.PI);
        return cat([phases.sin(), phases.cos()], -1);
    }
}
