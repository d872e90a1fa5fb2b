using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>log(1 / (1 + e⁻ˣ)).</summary>
public sealed record LogSigmoid : Activation
{
    internal override long KeptCopies => 5;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (3.7, 2.9, 6);

    private protected override Tensor Apply(Tensor x) => x.LogSigmoid();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var (value, slope) = VectorMath.Softplus<T>(-x);
            return (-value, slope);
        }
    }
}
