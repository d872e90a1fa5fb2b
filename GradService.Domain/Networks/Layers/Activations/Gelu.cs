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

    private protected override Tensor Apply(Tensor x) => Approximate == GeluApproximation.None ? x.Gelu() : x.GeluByTanh();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        Approximate == GeluApproximation.None ? Elementwise<Exact, T>(node, default) : Elementwise<Approximated, T>(node, default);

    private readonly struct Exact : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var half = new Vector<double>(0.5);
            var share = half * VectorMath.ErfPlusOne<T>(x * new Vector<double>(Math.Sqrt(0.5)));
            var density = new Vector<double>(1 / Math.Sqrt(2 * Math.PI)) * VectorMath.ExpOfNegative<T>(-half * x * x).Power;
            return (x * share, share + (x * density));
        }
    }

    private readonly struct Approximated : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            // ½(1 + tanh) is the sigmoid of twice the argument, which far from zero is 0 or 1 before x³ overflows.
            var (factor, cubic, far) = (new Vector<double>(2 * Math.Sqrt(2 / Math.PI)), new Vector<double>(0.044715), new Vector<double>(40));
            var near = Vector.ConditionalSelect(Vector.GreaterThan(Vector.Abs(x), far), Vector.CopySign(far, x), x);
            var squared = near * near;
            var (gate, slope) = VectorMath.Sigmoid<T>((near + (squared * near * cubic)) * factor);
            return (x * gate, gate + (near * slope * factor * (Vector<double>.One + (new Vector<double>(3) * cubic * squared))));
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
