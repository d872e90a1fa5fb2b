using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>min(max(minVal, x), maxVal).</summary>
public sealed record Hardtanh : Activation
{
    /// <summary>The least value.</summary>
    public double MinVal { get; init; } = -1;

    /// <summary>The largest value; it must be above the least.</summary>
    public double MaxVal { get; init; } = 1;

    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(MinVal, 1), (MaxVal, 1)];

    internal override long KeptCopies => 3;

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.6, 0.9, 2);

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) => MinVal < MaxVal
        ? base.Place(path, input, inference)
        : throw new FaultException(
            Fault.Invalid($"network.{path.Field}.minVal", $"a number below maxVal, which is {MaxVal}", $"{MinVal}"),
            Fault.Invalid($"network.{path.Field}.maxVal", $"a number above minVal, which is {MinVal}", $"{MaxVal}"));

    private protected override Tensor Apply(Tensor x) => x.Hardtanh(MinVal, MaxVal);

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        Elementwise<Function, T>(node, new Function(Rounded<T>(MinVal), Rounded<T>(MaxVal)));

    internal readonly struct Function(double least, double most) : IScalarFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x)
        {
            // Slope 1 at NaN and 0 at both bends, as libtorch has it.
            var (lower, upper) = (new Vector<double>(least), new Vector<double>(most));
            var (below, above) = (Vector.LessThanOrEqual(x, lower), Vector.GreaterThanOrEqual(x, upper));
            return (Vector.ConditionalSelect(below, lower, Vector.ConditionalSelect(above, upper, x)),
                Vector.ConditionalSelect(below | above, Vector<double>.Zero, Vector<double>.One));
        }
    }
}
