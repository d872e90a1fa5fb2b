using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>max(0, x).</summary>
public sealed record Relu : Activation
{
    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(0, 1)];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.15, 0.3, 1);

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    private protected override Tensor Apply(Tensor x) => x.relu();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            // Slope 1 at NaN and 0 at 0, as libtorch has it.
            var off = Vector.LessThanOrEqual(x, Vector<double>.Zero);
            return (Vector.ConditionalSelect(off, Vector<double>.Zero, x), Vector.ConditionalSelect(off, Vector<double>.Zero, Vector<double>.One));
        }
    }
}
