using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// weight · (x − mean) / √(variance + eps) + bias, mean and biased variance over a group of channels and all positions of one
/// sample, as nn.GroupNorm. It does not couple samples. A group of a single value is its own mean: the bias is left of it.
/// </summary>
public sealed record GroupNorm : Layer
{
    /// <summary>The number of groups; it divides the channels.</summary>
    [Range(1, int.MaxValue)]
    public required int Groups { get; init; }

    /// <summary>Whether weight and bias, one of each per channel, are there.</summary>
    public bool Affine { get; init; } = true;

    /// <summary>Added to the variance.</summary>
    [Range(0, double.MaxValue)]
    public double Eps { get; init; } = 1e-5;

    internal override long KeptCopies => 3;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Elementwise(node.Output.Elements, dtype, 1.1, 1.8, 1) with { Again = 3.5 };

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if (input[0] % Groups != 0)
        {
            throw new FaultException(
                Fault.Invalid($"network.{path.Field}.groups", $"a divisor of the {input[0]} channels that reach layer {path.Name} ({Type})", $"{Groups}"));
        }

        return Affine
            ? Node(path, input, input,
                new ParameterSpec("weight", new Shape(input[0]), new Initializer.Constant(1)),
                new ParameterSpec("bias", new Shape(input[0]), new Initializer.Constant(0)))
            : Node(path, input, input);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) =>
        x.GroupNorm(Groups, pass.Parameter(node, "weight"), pass.Parameter(node, "bias"), Eps);
}
