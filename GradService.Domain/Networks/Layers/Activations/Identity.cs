using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x itself.</summary>
public sealed record Identity : Activation
{
    internal override Linearity Linearity => Linearity.Affine;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0, 0, 0);

    internal override (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype) => (0, 0);

    private protected override Tensor Apply(Tensor x) => x;

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => new PassThrough<T>();
}
