using System.ComponentModel.DataAnnotations;
using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>log(1 + e^(beta·x)) / beta, and x itself where beta·x exceeds the threshold.</summary>
public sealed record Softplus : Activation
{
    /// <summary>Sharpness of the bend.</summary>
    [Range(1e-6, 1e6)]
    public double Beta { get; init; } = 1;

    /// <summary>Where beta·x exceeds it, the function is taken to be linear.</summary>
    public double Threshold { get; init; } = 20;

    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(Threshold / Beta, 1)];

    internal override long KeptCopies => 5;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (3.5, 2.7, 6);

    private protected override Tensor Apply(Tensor x) => x.Softplus(Beta, Threshold);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        Elementwise<Function, T>(node, new Function(Beta, Threshold));

    private readonly struct Function(double beta, double threshold) : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            var scaled = x * new Vector<double>(beta);
            var linear = Vector.GreaterThan(scaled, new Vector<double>(threshold));
            var (value, slope) = VectorMath.Softplus<T>(scaled);
            return (Vector.ConditionalSelect(linear, x, value * new Vector<double>(1 / beta)), Vector.ConditionalSelect(linear, Vector<double>.One, slope));
        }
    }
}
