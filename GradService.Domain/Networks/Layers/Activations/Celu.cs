using System.ComponentModel.DataAnnotations;
using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x where positive, else alpha · (e^(x/alpha) − 1) (Barron, 2017).</summary>
/// <remarks>The slope is libtorch's in double precision too, of the alpha that single precision has: up to 6e-8 off where that is another.</remarks>
public sealed record Celu : Activation
{
    /// <summary>The depth on the negative side, and how far it takes to reach it.</summary>
    [Range(1e-6, 1e6)]
    public double Alpha { get; init; } = 1;

    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(0, 2)];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.8, 0.85, 1);

    private protected override Tensor Apply(Tensor x) => x.Celu(Alpha);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, new Function(Alpha));

    private readonly struct Function(double alpha) : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var (positive, depth) = (Vector.GreaterThan(x, Vector<double>.Zero), new Vector<double>(alpha));
            var negative = Vector.ConditionalSelect(positive, Vector<double>.Zero, x);
            var minusOne = VectorMath.ExpOfNegative<T>(negative / depth).MinusOne;
            var power = VectorMath.ExpOfNegative<T>(negative / new Vector<double>((float)alpha)).Power;
            return (Vector.ConditionalSelect(positive, x, depth * minusOne),
                Vector.ConditionalSelect(positive, Vector<double>.One, power * new Vector<double>(alpha / (float)alpha)));
        }
    }
}
