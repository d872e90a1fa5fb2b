using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// weight · x, the weight being one learned number, as the factor of a residual branch that begins at 0 (Bachlechner et al., "ReZero is All You
/// Need", 2021); or value · x.
/// </summary>
public sealed record Scale : Layer
{
    /// <summary>The weight's first value, or the factor.</summary>
    public double Value { get; init; } = 1;

    /// <summary>Whether the factor is a parameter; else it is a number of the network's description.</summary>
    public bool Learnable { get; init; } = true;

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype) => LayerWork.Elementwise(node.Output.Elements, dtype, 0.2, 0.3) with
    {
        ParametersCall = Learnable ? 12_000 : 0,
        Parameters = Learnable ? 0.3 * node.Output.Elements * LayerWork.Width(dtype) : 0,
    };

    internal override (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype)
    {
        var product = 0.1 * node.Output.Elements * LayerWork.Width(dtype);
        return (product, product);
    }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) => Learnable
        ? Node(path, input, input, new ParameterSpec("weight", new Shape(1), new Initializer.Constant(Value)))
        : Node(path, input, input);

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) =>
        pass.Parameter(node, "weight") is { } weight ? x.Times(weight) : x.Times(Value);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        new Kernel<T>(parameter("weight")?.Buffer<T>()[0] ?? T.CreateTruncating(Value));

    private sealed class Kernel<T>(T factor) : IBlockKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int Kept => 0;

        public void Forward(ReadOnlySpan<T> x, Span<T> y, Span<T> kept) => Multiply(x, y);

        public void Backward(ReadOnlySpan<T> gradient, ReadOnlySpan<T> kept, Span<T> result) => Multiply(gradient, result);

        private void Multiply(ReadOnlySpan<T> x, Span<T> y)
        {
            var from = MemoryMarshal.Cast<T, Vector<T>>(x);
            var to = MemoryMarshal.Cast<T, Vector<T>>(y);
            var times = Vector.Create(factor);
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = from[i] * times;
            }
        }
    }
}
