using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x / (1 + |x|).</summary>
public sealed record Softsign : Activation
{
    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(0, 2)];

    internal override long KeptCopies => 3;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.9, 1.6, 4);

    private protected override Tensor Apply(Tensor x) => x.Softsign();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => Elementwise<Function, T>(node, default);

    private readonly struct Function : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var share = Vector<double>.One / (Vector<double>.One + Vector.Abs(x));
            return (x * share, share * share);
        }
    }
}
