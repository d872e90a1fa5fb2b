using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>The cosine.</summary>
public sealed record Cos : Activation
{
    private protected override (double Forward, double Backward, int Operations) ElementWork => (1.25, 1.7, 1);

    private protected override Tensor Apply(Tensor x) => x.cos();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var (sin, cos) = Vector.SinCos(x);
            return (cos, -sin);
        }
    }
}
