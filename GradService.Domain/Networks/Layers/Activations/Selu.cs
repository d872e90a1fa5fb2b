using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>Scaled exponential linear unit with PyTorch's constants (Klambauer et al., 2017).</summary>
public sealed record Selu : Activation
{
    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(0, 1)];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.5, 0.8, 1);

    private protected override Tensor Apply(Tensor x) => x.selu();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        private const double Scale = 1.0507009873554804934193349852946;
        private const double Alpha = 1.6732632423543772848170429916717;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var positive = Vector.GreaterThan(x, Vector<double>.Zero);
            var (power, minusOne) = VectorMath.ExpOfNegative<T>(Vector.ConditionalSelect(positive, Vector<double>.Zero, x));
            var (scale, depth) = (new Vector<double>(Scale), new Vector<double>(Scale * Alpha));
            return (Vector.ConditionalSelect(positive, x * scale, depth * minusOne), Vector.ConditionalSelect(positive, scale, depth * power));
        }
    }
}
