using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x where positive, else negativeSlope · x.</summary>
public sealed record LeakyRelu : Activation
{
    /// <summary>The slope on the negative side.</summary>
    public double NegativeSlope { get; init; } = 0.01;

    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(0, 1)];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.16, 0.33, 1);

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    private protected override Tensor Apply(Tensor x) => x.LeakyRelu(NegativeSlope);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, new Function(NegativeSlope));

    private readonly struct Function(double negativeSlope) : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var slope = Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<double>.Zero), Vector<double>.One, new Vector<double>(negativeSlope));
            return (x * slope, slope);
        }
    }
}
