using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// (x − mean) / √(variance + eps), mean and biased variance of each channel of one sample over its positions, as
/// nn.InstanceNorm1d, 2d or 3d by the shape that reaches it, without running statistics. It does not couple samples. In primitive
/// operations: the fused one is wrong from the third derivative on.
/// </summary>
public sealed record InstanceNorm : Layer
{
    /// <summary>Whether weight and bias, one of each per channel, are there.</summary>
    public bool Affine { get; init; }

    /// <summary>Added to the variance.</summary>
    [Range(0, double.MaxValue)]
    public double Eps { get; init; } = 1e-5;

    internal override long KeptCopies => 5;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Rows(node.Input[0], node.Output.Elements, dtype, 1.3, 5, operations: 7);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if (input.Rank is < 2 or > 4 || input.Elements == input[0])
        {
            throw Refuse(path, "samples of 2 to 4 axes with more than one value per channel", input);
        }

        var channels = new Shape(input[0]);
        return Affine
            ? Node(path, input, input,
                new ParameterSpec("weight", channels, new Initializer.Constant(1)),
                new ParameterSpec("bias", channels, new Initializer.Constant(0)))
            : Node(path, input, input);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        long[] axes = [.. Enumerable.Range(2, node.Input.Rank - 1).Select(axis => (long)axis)];
        var normalized = x.Standardized(axes, Eps);
        return Affine
            ? normalized.Times(BatchNorm.PerChannel(pass.Parameter(node, "weight")!, node)).Plus(BatchNorm.PerChannel(pass.Parameter(node, "bias")!, node))
            : normalized;
    }
}
