using GradService.Domain.Differentiation.Engines;
using GradService.Domain.Forward;
using GradService.Domain.Native;

namespace GradService.Domain.Differentiation;

/// <summary>An entry of an answer, or a summand of one, as a limit: how something watched changes while the inputs move.</summary>
/// <param name="Moves">How the inputs move.</param>
/// <param name="Watched">What is watched.</param>
internal sealed record DifferenceQuotient(Displacement Moves, Watched Watched);

/// <summary>A direction in the flattened inputs [N·D].</summary>
/// <param name="Element">The element that moves by 1, where a single one does.</param>
/// <param name="Direction">How all move; null where a single one does.</param>
internal sealed record Displacement(long Element, double[]? Direction)
{
    public static Displacement Of(long element) => new(element, null);

    public static Displacement Along(double[] direction) => new(0, direction);

    /// <summary>The largest move of an element.</summary>
    public double Largest => Direction is null ? 1 : Direction.Max(Math.Abs);

    /// <summary>The inputs moved by h.</summary>
    public double[] From(double[] inputs, double h)
    {
        if (Direction is null)
        {
            var moved = (double[])inputs.Clone();
            moved[Element] += h;
            return moved;
        }

        return [.. inputs.Zip(Direction, (x, by) => x + (h * by))];
    }
}

/// <summary>Something that a pass shows, of one order less than the entry whose limit it makes.</summary>
internal abstract record Watched
{
    /// <summary>Its value in a pass.</summary>
    public abstract double In(WatchedPass pass);

    /// <summary>The size of what it is summed from, which sets its rounding noise.</summary>
    public virtual double Magnitude(double value, double largestOutput) => Math.Abs(value);

    /// <summary>One element of the flattened outputs [N·M].</summary>
    internal sealed record Output(long Element) : Watched
    {
        public override double In(WatchedPass pass) => pass.Outputs[Element];

        public override double Magnitude(double value, double largestOutput) => largestOutput;
    }

    /// <summary>Outputs summed by weights, flat [N·M].</summary>
    internal sealed record WeightedOutputs(double[] Cotangent) : Watched
    {
        private readonly double _weight = Cotangent.Sum(Math.Abs);

        public override double In(WatchedPass pass)
        {
            var sum = 0.0;
            for (var i = 0; i < Cotangent.Length; i++)
            {
                sum += Cotangent[i] * pass.Outputs[i];
            }

            return sum;
        }

        public override double Magnitude(double value, double largestOutput) => _weight * largestOutput;
    }

    /// <summary>An element of cotangentᵀ·J, flat [N·D].</summary>
    internal sealed record CotangentGradient(NdArray Cotangent, long Element) : Watched
    {
        public override double In(WatchedPass pass) =>
            Autograd.VectorJacobianProduct(pass.Pass.Outputs, Cotangent.ToTensor(Dtype.Float64), pass.Pass.Inputs).ToDoubles()[Element];
    }

    /// <summary>The own derivative of one output of one sample along a direction [N, D], of the given order.</summary>
    internal sealed record OwnDerivative(long Sample, long OutputElement, NdArray Direction, int Order) : Watched
    {
        public override double In(WatchedPass pass) =>
            OwnDerivatives.OfOne(pass.Pass, Sample, OutputElement, Direction.ToTensor(Dtype.Float64), Order);
    }
}

/// <summary>A pass that is watched, its outputs copied out once.</summary>
internal sealed class WatchedPass(ForwardPass pass)
{
    public ForwardPass Pass { get; } = pass;

    /// <summary>Flat [N·M].</summary>
    public double[] Outputs { get; } = pass.Outputs.ToDoubles();
}
