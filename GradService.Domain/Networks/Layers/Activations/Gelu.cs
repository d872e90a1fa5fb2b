using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x · Φ(x), Φ the normal distribution function.</summary>
public sealed record Gelu : Activation
{
    /// <summary>Φ exactly, or by a hyperbolic tangent.</summary>
    public GeluApproximation Approximate { get; init; } = GeluApproximation.None;

    internal override long KeptCopies => Approximate == GeluApproximation.None ? 1 : 6;

    private protected override (double Forward, double Backward, int Operations) ElementWork =>
        Approximate == GeluApproximation.None ? (0.8, 1.3, 2) : (3.6, 2.4, 7);

    private protected override Tensor Apply(Tensor x) => Approximate == GeluApproximation.None ? x.gelu() : ByTanh(x);

    /// <summary>In primitive operations: the third derivative of libtorch's own is NaN where |x| is large.</summary>
    private static Tensor ByTanh(Tensor x)
    {
        var inner = x.Plus(x.Squared().Times(x).Times(0.044715)).Times(Math.Sqrt(2 / Math.PI));
        return x.Times(inner.tanh().Plus(1)).Times(0.5);
    }

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        Approximate == GeluApproximation.None ? Elementwise<Exact, T>(node, default) : Elementwise<Approximated, T>(node, default);

    private readonly struct Exact : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var half = new Vector<double>(0.5);
            var share = half * (Vector<double>.One + VectorMath.Erf<T>(x * new Vector<double>(Math.Sqrt(0.5))));
            var density = new Vector<double>(1 / Math.Sqrt(2 * Math.PI)) * VectorMath.ExpOfNegative<T>(-half * x * x).Power;
            return (x * share, share + (x * density));
        }
    }

    private readonly struct Approximated : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var (half, factor, cubic) = (new Vector<double>(0.5), new Vector<double>(Math.Sqrt(2 / Math.PI)), new Vector<double>(0.044715));
            var squared = x * x;
            var gate = VectorMath.Tanh<T>((x + (squared * x * cubic)) * factor);
            var inner = factor * (Vector<double>.One + (new Vector<double>(3) * cubic * squared));
            return (half * x * (gate + Vector<double>.One), half * (gate + Vector<double>.One + (x * (Vector<double>.One - (gate * gate)) * inner)));
        }
    }
}

/// <summary>How Φ is computed.</summary>
public enum GeluApproximation
{
    /// <summary>By the error function.</summary>
    None,

    /// <summary>½ (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    Tanh,
}
