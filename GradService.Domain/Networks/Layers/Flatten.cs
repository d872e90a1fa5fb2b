using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>All axes of a sample as one, as nn.Flatten.</summary>
public sealed record Flatten : Layer
{
    internal override Linearity Linearity => Linearity.Affine;

    internal override long KeptCopies => 0;

    internal override LayerWork Work(LayerNode node, Dtype dtype) => LayerWork.None;

    internal override (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype) => (0, 0);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) => Node(path, input, new Shape(input.Elements));

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.flatten(1);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => new PassThrough<T>();
}
