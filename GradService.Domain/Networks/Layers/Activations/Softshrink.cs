using System.ComponentModel.DataAnnotations;
using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x − lambda above lambda, x + lambda below −lambda, else 0.</summary>
public sealed record Softshrink : Activation
{
    /// <summary>What is not larger than this becomes 0.</summary>
    [Range(0, double.MaxValue)]
    public double Lambda { get; init; } = 0.5;

    private protected override IReadOnlyList<(double At, int Order)> Kinks => Lambda == 0 ? [] : [(-Lambda, 1), (Lambda, 1)];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.4, 2.8, 2);

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    private protected override Tensor Apply(Tensor x) => x.Softshrink(Lambda);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        Elementwise<Function, T>(node, new Function(Rounded<T>(Lambda)));

    private readonly struct Function(double lambda) : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var width = new Vector<double>(lambda);
            var within = Vector.LessThanOrEqual(Vector.Abs(x), width);
            return (Vector.ConditionalSelect(within, Vector<double>.Zero, x - Vector.CopySign(width, x)),
                Vector.ConditionalSelect(within, Vector<double>.Zero, Vector<double>.One));
        }
    }
}
