using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x · min(max(0, x + 3), 6) / 6 (Howard et al., 2019).</summary>
public sealed record Hardswish : Activation
{
    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(-3, 1), (3, 1)];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.25, 0.4, 1);

    // Its second derivative is made of comparisons.
    internal override LayerWork Work(LayerNode node, Dtype dtype) => base.Work(node, dtype) with { Again = 5 };

    private protected override Tensor Apply(Tensor x) => x.hardswish();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var (three, sixth) = (new Vector<double>(3), new Vector<double>(1.0 / 6));
            var (off, linear) = (Vector.LessThanOrEqual(x, -three), Vector.GreaterThanOrEqual(x, three));
            var (value, slope) = (x * (x + three) * sixth, (x + x + three) * sixth);
            return (Vector.ConditionalSelect(off, Vector<double>.Zero, Vector.ConditionalSelect(linear, x, value)),
                Vector.ConditionalSelect(off, Vector<double>.Zero, Vector.ConditionalSelect(linear, Vector<double>.One, slope)));
        }
    }
}
