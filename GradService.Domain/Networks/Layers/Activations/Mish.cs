using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x · tanh(log(1 + eˣ)) (Misra, 2019).</summary>
public sealed record Mish : Activation
{
    internal override long KeptCopies => 5;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (6, 3.5, 8);

    private protected override Tensor Apply(Tensor x) => x.Times(x.Softplus(beta: 1, threshold: double.PositiveInfinity).Tanh());

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var (value, slope) = VectorMath.Softplus<T>(x);
            var (gate, gateSlope) = VectorMath.Tanh<T>(value);
            return (x * gate, gate + (x * gateSlope * slope));
        }
    }
}
