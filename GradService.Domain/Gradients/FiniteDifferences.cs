using System.Security.Cryptography;
using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using static TorchSharp.torch;

namespace GradService.Domain.Gradients;

/// <summary>
/// Central differences (y(x + h) − y(x − h)) / 2h on a float64 copy: statistics that the gradient flows through are computed anew
/// at each point, the others are held at those of x.
/// </summary>
internal static class FiniteDifferences
{
    /// <summary>Entries that are compared at most.</summary>
    public const int MaxEntries = 64;

    /// <summary>The step, relative to max(1, |x|).</summary>
    public const double Step = 1e-5;

    /// <param name="run">A float64 run at the inputs.</param>
    /// <param name="question">The question.</param>
    /// <param name="size">Its size.</param>
    /// <param name="answer">The answer to check, in the network's precision.</param>
    /// <param name="cancellation">Ends the check between two passes.</param>
    public static FiniteDifferenceOutcome Check(TorchRun run, Question question, ProblemSize size, Answer answer, CancellationToken cancellation)
    {
        var quotients = question.Quotients(size);
        var inputs = run.Inputs.ToDoubles();
        var drawn = Draw(answer.Shape, inputs, question.Kind, question.QuotientsEach(size));
        var values = new double[drawn.Length];
        var acrossKinks = new bool[drawn.Length];
        var (noise, magnitude) = (0.0, 1.0);

        // One for all passes: an array for each would be as much garbage as a hundred batches.
        var moved = new double[inputs.Length];

        // Quotients that move the inputs in the same way share their two passes.
        var parts = drawn.SelectMany((entry, index) => quotients(entry).Select(quotient => Of(index, quotient)));
        foreach (var group in parts.GroupBy(part => part.Moves))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (moves, longest) = (group.Key, group.Key.Largest);
            var h = Step * Math.Max(1, moves.Direction is null ? Math.Abs(inputs[moves.First]) : inputs.Max(Math.Abs)) / (longest > 0 ? longest : 1);
            var high = new WatchedRun(Moved(moves, h), cancellation);
            var low = new WatchedRun(Moved(moves, -h), cancellation);
            var straddles = Straddles(high.Run.Branches, low.Run.Branches);
            var largestOutput = high.Outputs.Max(Math.Abs);
            foreach (var (index, _, watched) in group)
            {
                cancellation.ThrowIfCancellationRequested();
                acrossKinks[index] |= straddles;
                var (above, below) = (watched.In(high), watched.In(low));
                values[index] += (above - below) / (2 * h);
                magnitude = Math.Max(magnitude, watched.Magnitude(above, largestOutput));
                noise = Math.Max(noise, 64 * Dtype.Float64.Epsilon() * watched.Magnitude(above, largestOutput) / h);
            }
        }

        return Outcome(answer, drawn, values, acrossKinks, noise, magnitude, cancellation);

        TorchRun Moved(Displacement moves, double h)
        {
            moves.Move(inputs, h, moved);
            return run.Rerun(new NdArray(new Shape(run.Inputs.shape), moved).ToTensor(Dtype.Float64), watchBranches: true);
        }

        (int Index, Displacement Moves, Watched Watched) Of(int index, DifferenceQuotient quotient)
        {
            // A Laplacian has as many as a sample has elements, and all are there before the first is taken.
            cancellation.ThrowIfCancellationRequested();
            return (index, quotient.Moves, quotient.Watched);
        }
    }

    private static FiniteDifferenceOutcome Outcome(
        Answer answer, long[] drawn, double[] values, bool[] acrossKinks, double noise, double magnitude, CancellationToken cancellation)
    {
        var compared = Enumerable.Range(0, drawn.Length).Where(index => !acrossKinks[index]).ToList();
        var maxError = Largest(compared.Select(index => values[index] - answer[drawn[index]]));
        var maxValue = Largest(compared.Select(index => values[index]));
        var maxAnswer = Largest(compared.Select(index => answer[drawn[index]]));

        // The answer has the rounding noise of its own precision: only where it is as small as that are both called zero.
        var belowNoise = compared.Count > 0 && maxValue <= noise && maxAnswer <= noise + (64 * answer.Dtype.Epsilon() * magnitude);
        var largest = Math.Max(Math.Max(answer.MaxAbsolute(cancellation), maxAnswer), maxValue);
        return Outcome(drawn.Length, compared.Count, maxError, largest, belowNoise, noise);
    }

    /// <param name="drawn">Entries drawn.</param>
    /// <param name="compared">Those of them that no kink lies across.</param>
    /// <param name="error">The largest difference.</param>
    /// <param name="largest">What it is relative to.</param>
    /// <param name="belowNoise">Whether nothing that was compared rises above rounding noise.</param>
    /// <param name="noise">The largest noise of a difference.</param>
    public static FiniteDifferenceOutcome Outcome(int drawn, int compared, double error, double largest, bool belowNoise, double noise)
    {
        var report = new FiniteDifferenceReport
        {
            Checked = compared,
            Step = Step,
            MaxAbsoluteError = belowNoise ? 0 : error,
            MaxRelativeError = belowNoise || error == 0 ? 0 : error / largest,
        };
        return new FiniteDifferenceOutcome(report, drawn, drawn - compared, belowNoise, noise);
    }

    /// <summary>Whether some element took another branch in one pass than in the other.</summary>
    public static bool Straddles(IEnumerable<Tensor> high, IEnumerable<Tensor> low) => high.Zip(low).Any(pair => pair.First.ne(pair.Second).any().item<bool>());

    /// <summary>The largest in size; NaN where one is NaN, which Enumerable.Max passes over as long as another number is there.</summary>
    public static double Largest(IEnumerable<double> values) => values.Aggregate(0.0, (largest, value) => Math.Max(largest, Math.Abs(value)));

    /// <summary>Entries of the answer, all or 64 different ones, fewer where each takes several quotients; the same for the same request.</summary>
    private static long[] Draw(Shape answer, double[] inputs, string kind, long quotientsEach)
    {
        var most = (int)Math.Max(1, MaxEntries / quotientsEach);
        if (answer.Elements <= most)
        {
            return [.. Enumerable.Range(0, (int)answer.Elements).Select(entry => (long)entry)];
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{kind} {answer}"));
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(inputs.AsSpan()));
        return Draw(answer.Elements, most, hash.GetHashAndReset());
    }

    /// <summary>Some different numbers below a count, in ascending order; the same for the same seed.</summary>
    public static long[] Draw(long count, int some, ReadOnlySpan<byte> seed)
    {
        var random = new Random(BitConverter.ToInt32(seed));
        var drawn = new HashSet<long>();
        while (drawn.Count < some)
        {
            drawn.Add(random.NextInt64(count));
        }

        return [.. drawn.Order()];
    }
}
