using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Separation;
using static TorchSharp.torch;

namespace GradService.Domain.Gradients;

/// <summary>An entry of an answer, or a summand of one, as a limit: how something watched changes while the inputs move.</summary>
/// <param name="Moves">How the inputs move.</param>
/// <param name="Watched">What is watched.</param>
internal sealed record DifferenceQuotient(Displacement Moves, Watched Watched);

/// <summary>
/// A direction in the flattened inputs [N·D]: some elements in a row move, the others rest. It holds none of the numbers itself, as there
/// may be one for each of very many quotients.
/// </summary>
/// <param name="First">The first element that moves.</param>
/// <param name="Count">How many move.</param>
/// <param name="Direction">An array that says how they move; null: by 1.</param>
/// <param name="At">The entry of that array which belongs to the first of them.</param>
internal sealed record Displacement(long First, long Count, NdArray? Direction, long At)
{
    /// <summary>One element moves by 1.</summary>
    public static Displacement Of(long element) => new(element, 1, null, 0);

    /// <summary>The move of an element, counted from the first that moves.</summary>
    public double this[long element] => Direction is null ? 1 : Direction[At + element];

    /// <summary>The largest move of an element.</summary>
    public double Largest
    {
        get
        {
            var largest = 0.0;
            for (var element = 0L; element < Count; element++)
            {
                largest = Math.Max(largest, Math.Abs(this[element]));
            }

            return largest;
        }
    }

    /// <summary>Writes the inputs moved by h into an array as long as they are.</summary>
    public void Move(double[] inputs, double h, double[] moved)
    {
        inputs.CopyTo(moved, 0);
        for (var element = 0L; element < Count; element++)
        {
            moved[First + element] += h * this[element];
        }
    }

    /// <summary>The direction of one sample of D elements, to which all that move belong, [1, D].</summary>
    public NdArray InSample(long sample, long d)
    {
        var values = new double[d];
        for (var element = 0L; element < Count; element++)
        {
            values[First - (sample * d) + element] = this[element];
        }

        return new NdArray(new Shape(1, d), values);
    }
}

/// <summary>Something that a run shows, of one order less than the entry whose limit it makes.</summary>
internal abstract record Watched
{
    /// <summary>Its value in a run.</summary>
    public abstract double In(WatchedRun run);

    /// <summary>How often outputs were differentiated for it; 0 where the run shows it without a sweep.</summary>
    public virtual int Depth => 0;

    /// <summary>The size of what it is summed from, which sets its rounding noise.</summary>
    public virtual double Magnitude(double value, double largestOutput) => Math.Abs(value);

    /// <summary>The size of the terms that its derivative is summed from, as estimated: there may be next to nothing left of them.</summary>
    /// <param name="high">The run at x + h.</param>
    /// <param name="low">The run at x − h.</param>
    /// <param name="width">2h.</param>
    /// <param name="scale">How far x moves until what depends on it has changed.</param>
    public virtual double Terms(WatchedRun high, WatchedRun low, double width, double scale) => Math.Abs(In(high)) / scale;

    /// <summary>One element of the flattened outputs [N·M].</summary>
    internal sealed record Output(long Element) : Watched
    {
        public override double In(WatchedRun run) => run.Outputs[(int)Element];

        public override double Magnitude(double value, double largestOutput) => largestOutput;

        public override double Terms(WatchedRun high, WatchedRun low, double width, double scale) =>
            Math.Max(Math.Abs(high.Outputs[(int)Element] - low.Outputs[(int)Element]) / width, high.OutputSpread / scale);
    }

    /// <summary>Outputs summed by weights, flat [N·M].</summary>
    internal sealed record WeightedOutputs(double[] Cotangent) : Watched
    {
        private readonly double _weight = Cotangent.Sum(Math.Abs);

        public override double In(WatchedRun run)
        {
            var outputs = run.Outputs;
            var sum = 0.0;
            for (var i = 0; i < Cotangent.Length; i++)
            {
                sum += Cotangent[i] * outputs[i];
            }

            return sum;
        }

        public override double Magnitude(double value, double largestOutput) => _weight * largestOutput;

        public override double Terms(WatchedRun high, WatchedRun low, double width, double scale)
        {
            ReadOnlySpan<double> above = high.Outputs, below = low.Outputs;
            var (sum, largest) = (0.0, 0.0);
            for (var i = 0; i < Cotangent.Length; i++)
            {
                sum += Math.Abs(Cotangent[i] * (above[i] - below[i]));
                largest = Math.Max(largest, Math.Abs(Cotangent[i]));
            }

            return Math.Max(sum / width, largest * high.OutputSpread / scale);
        }
    }

    /// <summary>An element of cotangentᵀ·J, flat [N·D].</summary>
    internal sealed record CotangentGradient(NdArray Cotangent, long Element) : Watched
    {
        public override int Depth => 1;

        public override double In(WatchedRun run) => run.GradientOf(Cotangent)[(int)Element];
    }

    /// <summary>The own derivative of one output of one sample along a direction in that sample's inputs, of the given order.</summary>
    internal sealed record OwnDerivative(long Sample, long OutputElement, Displacement Along, int Order) : Watched
    {
        public override int Depth => Order;

        public override double In(WatchedRun run)
        {
            using var scope = NewDisposeScope();
            var inputs = run.Run.Inputs;
            var direction = Along.InSample(Sample, inputs.numel() / inputs.shape[0]).ToTensor(Dtype.Float64);
            return OwnDerivatives.OfOne(run.Run, Sample, OutputElement, direction, Order, run.Cancellation);
        }
    }
}

/// <summary>A run that is watched, in float64.</summary>
internal sealed class WatchedRun(TorchRun run, CancellationToken cancellation)
{
    // As tensors: managed copies of all runs would wait for the collector.
    private readonly Tensor _outputs = run.Outputs.detach().contiguous();
    private double? _spread;
    private (NdArray Cotangent, Tensor Values)? _gradient;

    public TorchRun Run { get; } = run;

    /// <summary>Ends what is watched between two sweeps.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Flat [N·M].</summary>
    public ReadOnlySpan<double> Outputs => MemoryMarshal.Cast<byte, double>(_outputs.bytes);

    /// <summary>The absolute value of the largest output; NaN where all are.</summary>
    public double LargestOutput
    {
        get
        {
            var largest = double.NaN;
            foreach (var output in Outputs)
            {
                largest = Math.Abs(output) <= largest || double.IsNaN(output) ? largest : Math.Abs(output);
            }

            return largest;
        }
    }

    /// <summary>Half the range of an output over the batch, the largest of all M.</summary>
    public double OutputSpread => _spread ??= Spread();

    /// <summary>cotangentᵀ·J, flat [N·D]: found once for all of its elements.</summary>
    public ReadOnlySpan<double> GradientOf(NdArray cotangent)
    {
        if (_gradient is not { } known || known.Cotangent != cotangent)
        {
            Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var values = Autograd.VectorJacobianProduct(Run.Outputs, cotangent.ToTensor(Dtype.Float64), Run.Inputs).detach().contiguous();
            _gradient?.Values.Dispose();
            _gradient = known = (cotangent, values.MoveToOtherDisposeScope(_outputs));
        }

        return MemoryMarshal.Cast<byte, double>(known.Values.bytes);
    }

    private double Spread()
    {
        var outputs = Outputs;
        var (m, largest) = ((int)Run.Outputs.shape[1], 0.0);
        for (var output = 0; output < m; output++)
        {
            var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
            for (var element = output; element < outputs.Length; element += m)
            {
                (least, most) = (Math.Min(least, outputs[element]), Math.Max(most, outputs[element]));
            }

            largest = Math.Max(largest, (most - least) / 2);
        }

        return largest;
    }
}
