using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x where positive, else alpha · (eˣ − 1).</summary>
public sealed record Elu : Activation
{
    /// <summary>The depth on the negative side.</summary>
    public double Alpha { get; init; } = 1;

    // Where alpha is 1, the slopes of both sides are the same, and the second derivative jumps.
    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(0, Alpha == 1 ? 2 : 1)];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.5, 0.8, 1);

    private protected override Tensor Apply(Tensor x) => x.Elu(Alpha);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, new Function(Alpha));

    private readonly struct Function(double alpha) : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var positive = Vector.GreaterThan(x, Vector<double>.Zero);
            var (power, minusOne) = VectorMath.ExpOfNegative<T>(Vector.ConditionalSelect(positive, Vector<double>.Zero, x));
            var depth = new Vector<double>(alpha);
            return (Vector.ConditionalSelect(positive, x, depth * minusOne), Vector.ConditionalSelect(positive, Vector<double>.One, depth * power));
        }
    }
}
