using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>x·Wᵀ + b over the last axis, as nn.Linear.</summary>
public sealed record Linear : Layer
{
    // Elements of a matrix beyond which libtorch's product, which blocks for all caches, is the faster one: GradService.Benchmarks/README.md.
    internal const long LargestDense = 1 << 15;

    /// <summary>Size of the last axis of the result.</summary>
    [Range(1, int.MaxValue)]
    public required int OutFeatures { get; init; }

    /// <summary>Whether b is there.</summary>
    public bool Bias { get; init; } = true;

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Product(node.Output.Elements / OutFeatures, node.Input[^1], OutFeatures, dtype);

    internal override (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype)
    {
        var product = LayerWork.Width(dtype) * ((node.Input[^1] * OutFeatures * 0.04) + (0.1 * (node.Input[^1] + OutFeatures)));
        return node.Input[^1] * OutFeatures <= LargestDense ? (product, product) : null;
    }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        var inFeatures = input[^1];
        var weight = new ParameterSpec("weight", new Shape(OutFeatures, inFeatures), new Initializer.KaimingUniform(inFeatures));
        var bias = new ParameterSpec("bias", new Shape(OutFeatures), new Initializer.UniformByFanIn(inFeatures));
        return Node(path, input, input.WithLast(OutFeatures), Bias ? [weight, bias] : [weight]);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) =>
        x.Linear(pass.Parameter(node, "weight")!, pass.Parameter(node, "bias"));

    internal override IDenseKernel<T>? Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => node.Input[^1] * OutFeatures <= LargestDense
        ? new LinearKernel<T>(parameter("weight")!.Buffer<T>(), parameter("bias")?.Buffer<T>(), (int)node.Input[^1])
        : null;
}
