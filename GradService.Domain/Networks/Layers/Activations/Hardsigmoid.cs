using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>min(max(0, x + 3), 6) / 6.</summary>
/// <remarks>The slope is libtorch's in double precision too: a sixth as single precision has it, off by 3e-8 of it.</remarks>
public sealed record Hardsigmoid : Activation
{
    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(-3, 1), (3, 1)];

    internal override long KeptCopies => 2;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (1.1, 0.7, 5);

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    private protected override Tensor Apply(Tensor x) => x.Hardsigmoid();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var (three, sixth) = (new Vector<double>(3), new Vector<double>(1.0 / 6));
            var (off, on) = (Vector.LessThanOrEqual(x, -three), Vector.GreaterThanOrEqual(x, three));
            return (Vector.ConditionalSelect(off, Vector<double>.Zero, Vector.ConditionalSelect(on, Vector<double>.One, (x + three) * sixth)),
                Vector.ConditionalSelect(off | on, Vector<double>.Zero, new Vector<double>(1f / 6)));
        }
    }
}
