using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>min(max(0, x), 6).</summary>
public sealed record Relu6 : Activation
{
    private protected override IReadOnlyList<double> Kinks => [0, 6];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.15, 0.3, 1);

    private protected override bool IsPiecewiseLinear => true;

    private protected override Tensor Apply(Tensor x) => x.relu6();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        private static readonly Vector<double> Most = new(6);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            // Slope 0 at both ends, as libtorch has it.
            var (below, above) = (Vector.LessThanOrEqual(x, Vector<double>.Zero), Vector.GreaterThanOrEqual(x, Most));
            var value = Vector.ConditionalSelect(below, Vector<double>.Zero, Vector.ConditionalSelect(above, Most, x));
            return (value, Vector.ConditionalSelect(below | above, Vector<double>.Zero, Vector<double>.One));
        }
    }
}
