using System.Security.Cryptography;
using GradService.Domain.Differentiation;
using GradService.Domain.Differentiation.Questions;
using GradService.Domain.Forward;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Diagnostics;

/// <summary>An answer beside central differences.</summary>
/// <param name="Report">As reported.</param>
/// <param name="Drawn">Entries drawn, those across kinks included.</param>
/// <param name="AcrossKinks">Entries whose difference straddles a non-differentiable point; they are not compared.</param>
/// <param name="BelowNoise">Whether nothing that was compared rises above rounding noise.</param>
/// <param name="Noise">The largest noise of a difference, as estimated.</param>
internal sealed record FiniteDifferenceOutcome(FiniteDifferenceReport Report, int Drawn, int AcrossKinks, bool BelowNoise, double Noise);

/// <summary>How far the answer is from central differences on a float64 copy of the network.</summary>
public sealed record FiniteDifferenceReport
{
    /// <summary>Entries compared, 64 at most, drawn by a seed made from the request.</summary>
    public required int Checked { get; init; }

    /// <summary>The step, relative to max(1, |x|).</summary>
    public required double Step { get; init; }

    /// <summary>The largest difference; 0 where everything is below noise.</summary>
    public required double MaxAbsoluteError { get; init; }

    /// <summary>The same, relative to the largest entry of the answer; 0 where everything is below noise.</summary>
    public required double MaxRelativeError { get; init; }
}

/// <summary>
/// Central differences (y(x + h) − y(x − h)) / 2h on a float64 copy: statistics that the gradient flows through are computed anew
/// at each point, the others are held at those of x.
/// </summary>
internal static class FiniteDifferences
{
    private const int MaxEntries = 64;
    private const double Step = 1e-5;

    /// <param name="pass">A float64 pass at the inputs.</param>
    /// <param name="question">The question.</param>
    /// <param name="size">Its size.</param>
    /// <param name="answer">The answer to check, in the network's precision.</param>
    /// <param name="cancellation">Ends the check between two passes.</param>
    public static FiniteDifferenceOutcome Check(ForwardPass pass, Question question, ProblemSize size, Answer answer, CancellationToken cancellation)
    {
        var quotient = question.Quotients(size);
        var inputs = pass.Inputs.ToDoubles();
        var (compared, acrossKinks, maxError, maxValue, maxAnswer, noise, magnitude) = (0, 0, 0.0, 0.0, 0.0, 0.0, 1.0);
        var drawn = Draw(answer.Shape, inputs, question.Kind);

        // Entries that move the inputs in the same way share their two passes.
        foreach (var group in drawn.Select(entry => (Entry: entry, Quotient: quotient(entry))).GroupBy(pair => (pair.Quotient.InputElement, pair.Quotient.Tangent)))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (move, h) = Move(group.Key.InputElement, group.Key.Tangent, inputs);
            var above = Moved(pass, inputs, move, h);
            var below = Moved(pass, inputs, move, -h);
            var straddles = above.Branches.Zip(below.Branches).Any(pair => pair.First.ne(pair.Second).any().item<bool>());
            var (high, low) = (above.Outputs.ToDoubles(), below.Outputs.ToDoubles());
            var largestOutput = high.Max(Math.Abs);
            foreach (var (entry, difference) in group)
            {
                if (straddles)
                {
                    acrossKinks++;
                    continue;
                }

                compared++;
                var value = (difference.Of(high) - difference.Of(low)) / (2 * h);
                maxError = Math.Max(maxError, Math.Abs(value - answer[entry]));
                maxValue = Math.Max(maxValue, Math.Abs(value));
                maxAnswer = Math.Max(maxAnswer, Math.Abs(answer[entry]));
                magnitude = Math.Max(magnitude, difference.MagnitudeAt(largestOutput));
                noise = Math.Max(noise, 64 * Dtype.Float64.Epsilon() * difference.MagnitudeAt(largestOutput) / h);
            }
        }

        // The answer has the rounding noise of its own precision: only where it is as small as that are both called zero.
        var belowNoise = compared > 0 && maxValue <= noise && maxAnswer <= noise + (64 * answer.Dtype.Epsilon() * magnitude);
        var largest = Math.Max(Math.Max(answer.MaxAbsolute(), maxAnswer), maxValue);
        var report = new FiniteDifferenceReport
        {
            Checked = compared,
            Step = Step,
            MaxAbsoluteError = belowNoise ? 0 : maxError,
            MaxRelativeError = belowNoise || maxError == 0 ? 0 : maxError / largest,
        };
        return new FiniteDifferenceOutcome(report, drawn.Length, acrossKinks, belowNoise, noise);
    }

    private static ForwardPass Moved(ForwardPass pass, double[] inputs, Action<double[], double> move, double h)
    {
        var moved = (double[])inputs.Clone();
        move(moved, h);
        var shape = new Shape(pass.Inputs.shape);
        using var constants = no_grad();
        return pass.Rerun(new NdArray(shape, moved).ToTensor(Dtype.Float64), StatisticsHold.Uncoupled, watchBranches: true);
    }

    /// <summary>How the inputs move by h, and an h that keeps the largest move at the step.</summary>
    private static (Action<double[], double> Move, double H) Move(long element, double[]? tangent, double[] inputs)
    {
        if (tangent is null)
        {
            return ((x, by) => x[element] += by, Step * Math.Max(1, Math.Abs(inputs[element])));
        }

        var largest = tangent.Max(Math.Abs);
        var scale = Math.Max(1, inputs.Max(Math.Abs));
        return ((x, by) =>
        {
            for (var i = 0; i < x.Length; i++)
            {
                x[i] += by * tangent[i];
            }
        }, Step * scale / (largest > 0 ? largest : 1));
    }

    /// <summary>Entries of the answer, all or 64 different ones; the same for the same request.</summary>
    private static long[] Draw(Shape answer, double[] inputs, string kind)
    {
        if (answer.Elements <= MaxEntries)
        {
            return [.. Enumerable.Range(0, (int)answer.Elements).Select(entry => (long)entry)];
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{kind} {answer}"));
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(inputs.AsSpan()));
        var random = new Random(BitConverter.ToInt32(hash.GetHashAndReset()));
        var drawn = new HashSet<long>();
        while (drawn.Count < MaxEntries)
        {
            drawn.Add(random.NextInt64(answer.Elements));
        }

        return [.. drawn.Order()];
    }
}
