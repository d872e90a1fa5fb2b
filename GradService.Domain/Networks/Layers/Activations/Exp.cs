using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>The exponential function.</summary>
public sealed record Exp : Activation
{
    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.9, 0.35, 1);

    private protected override Tensor Apply(Tensor x) => x.exp();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var power = Vector.Exp(x);
            return (power, power);
        }
    }
}
