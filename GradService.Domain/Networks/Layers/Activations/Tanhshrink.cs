using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x − tanh x.</summary>
public sealed record Tanhshrink : Activation
{
    internal override long KeptCopies => 15;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (13, 11, 20);

    private protected override Tensor Apply(Tensor x) => x.Tanhshrink();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var tangent = VectorMath.Tanh<T>(x).Value;
            return (VectorMath.Tanhshrink(x, tangent), tangent * tangent);
        }
    }
}
