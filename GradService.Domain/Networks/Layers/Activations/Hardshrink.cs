using System.ComponentModel.DataAnnotations;
using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x where |x| is above lambda, else 0.</summary>
public sealed record Hardshrink : Activation
{
    /// <summary>What is not larger than this becomes 0.</summary>
    [Range(0, double.MaxValue)]
    public double Lambda { get; init; } = 0.5;

    // The value itself jumps, so that every derivative does.
    private protected override IReadOnlyList<(double At, int Order)> Kinks => Lambda == 0 ? [] : [(-Lambda, 1), (Lambda, 1)];

    internal override long KeptCopies => 2;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (1.3, 0.8, 2);

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    private protected override Tensor Apply(Tensor x) => x.Hardshrink(Lambda);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        Elementwise<Function, T>(node, new Function(Rounded<T>(Lambda)));

    private readonly struct Function(double lambda) : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var within = Vector.LessThanOrEqual(Vector.Abs(x), new Vector<double>(lambda));
            return (Vector.ConditionalSelect(within, Vector<double>.Zero, x), Vector.ConditionalSelect(within, Vector<double>.Zero, Vector<double>.One));
        }
    }
}
