using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// Zeroes each element with probability p and scales the rest by 1/(1 − p), as nn.Dropout in training, where the request gives
/// "dropout": {"seed": …}; else the identity, so that answers are reproducible.
/// </summary>
public sealed record Dropout : Layer
{
    /// <summary>The probability of an element to be zeroed.</summary>
    [Range(0, 1)]
    public double P { get; init; } = 0.5;

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype) => LayerWork.Elementwise(node.Output.Elements, dtype, 0.2, 0.2);

    internal override (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype) => (0, 0);

    // Its mask is that of the whole batch.
    internal override bool TreatsSamplesAlone => false;

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) => Node(path, input, input);

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => pass.Drop(node, x);

    // Where masks are drawn, tensors run.
    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => new PassThrough<T>();
}
