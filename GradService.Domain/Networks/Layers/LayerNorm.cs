using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// weight · (x − mean) / √(variance + eps) + bias, mean and biased variance over the whole sample, as nn.LayerNorm of the
/// per-sample shape. It does not couple samples.
/// </summary>
/// <remarks>In primitive operations: the fused one is wrong from the third derivative on.</remarks>
public sealed record LayerNorm : Layer
{
    /// <summary>Whether weight and bias, one of each per element, are there.</summary>
    public bool Affine { get; init; } = true;

    /// <summary>Added to the variance.</summary>
    [Range(0, double.MaxValue)]
    public double Eps { get; init; } = 1e-5;

    internal override long KeptCopies => 5;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Rows(1, node.Output.Elements, dtype, 1.2, 4.5, operations: 7);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) => Affine
        ? Node(path, input, input,
            new ParameterSpec("weight", input, new Initializer.Constant(1)),
            new ParameterSpec("bias", input, new Initializer.Constant(0)))
        : Node(path, input, input);

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        long[] axes = [.. Enumerable.Range(1, node.Input.Rank).Select(axis => (long)axis)];
        var normalized = x.Standardized(axes, Eps);
        return Affine ? normalized.Times(pass.Parameter(node, "weight")!).Plus(pass.Parameter(node, "bias")!) : normalized;
    }
}
