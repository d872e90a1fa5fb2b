using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// weight · x / √(mean of x² + eps), the mean over the whole sample, as nn.RMSNorm of the per-sample shape (Zhang and Sennrich, 2019). It does
/// not couple samples.
/// </summary>
public sealed record RmsNorm : Layer
{
    /// <summary>Whether weight, one per element, is there.</summary>
    public bool Affine { get; init; } = true;

    /// <summary>Added to the mean square; absent: the distance from 1 to the next number of the network's precision.</summary>
    [Range(0, double.MaxValue)]
    public double? Eps { get; init; }

    internal override long KeptCopies => 3;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Rows(1, node.Output.Elements, dtype, 0.9, 3.3, operations: 5);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) => Affine
        ? Node(path, input, input, new ParameterSpec("weight", input, new Initializer.Constant(1)))
        : Node(path, input, input);

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        long[] axes = [.. Enumerable.Range(1, node.Input.Rank).Select(axis => (long)axis)];
        var normalized = x.OfUnitMeanSquare(axes, Eps ?? x.dtype.ToDtype().Epsilon());
        return Affine ? normalized.Times(pass.Parameter(node, "weight")!) : normalized;
    }
}
