using System.Security.Cryptography;
using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Gradients;

/// <summary>
/// Central differences (y(x + h) − y(x − h)) / 2h on a float64 copy: statistics that the gradient flows through are computed anew
/// at each point, the others are held at those of x.
/// </summary>
internal sealed class FiniteDifferences : IDifferences
{
    /// <summary>Entries that are compared at most.</summary>
    public const int MaxEntries = 64;

    private readonly TorchRun _run;
    private readonly Func<long, IEnumerable<DifferenceQuotient>> _quotients;
    private readonly double[] _inputs;
    private readonly StepSizes _steps;
    private readonly long[] _drawn;
    private readonly WatchedRun _centre;
    private readonly double _amplification;
    private readonly SortedSet<string> _jumps = [];
    private readonly CancellationToken _cancellation;

    // One for all passes: an array for each would be as much garbage as a hundred batches.
    private readonly double[] _moved;
    private double _largestStep;

    private FiniteDifferences(TorchRun run, Question question, ProblemSize size, Answer answer, CancellationToken cancellation)
    {
        (_run, _quotients, _cancellation) = (run, question.Quotients(size), cancellation);
        _inputs = run.Inputs.ToDoubles();
        _moved = new double[_inputs.Length];
        _steps = StepSizes.OfColumns(_inputs, size.Input.Elements);
        _drawn = Draw(answer.Shape, _inputs, question.Kind, question.QuotientsEach(size));
        _centre = new WatchedRun(run, cancellation);
        _amplification = AmplificationOf(run.Layers);
    }

    /// <param name="run">A float64 run at the inputs.</param>
    /// <param name="question">The question.</param>
    /// <param name="size">Its size.</param>
    /// <param name="answer">The answer to check, in the network's precision.</param>
    /// <param name="cancellation">Ends the check between two passes.</param>
    public static FiniteDifferenceOutcome Check(TorchRun run, Question question, ProblemSize size, Answer answer, CancellationToken cancellation)
    {
        var differences = new FiniteDifferences(run, question, size, answer, cancellation);
        var first = differences.All();
        var largest = answer.MaxAbsolute(cancellation);
        var entries = differences._drawn.Zip(first, (entry, difference) => (answer[entry], difference)).ToList();
        return new DifferenceJudge(answer.Dtype, differences._amplification, largest, entries, differences, cancellation)
            .Outcome(differences._largestStep, differences._jumps);
    }

    /// <summary>How much more than usual BatchNorm layers make of rounding: by means that are large beside deviations, of which few digits are left.</summary>
    public static double AmplificationOf(IEnumerable<LayerTrace> traces)
    {
        var most = traces.Select(trace => trace.Amplification).DefaultIfEmpty().Max();

        // The usual estimates of noise allow for the rest.
        return double.IsFinite(most) ? Math.Max(1, most / 8) : 1;
    }

    /// <summary>Numbers moved by parts of themselves, without a pattern.</summary>
    public static double[] Perturb(double[] values, double perturbation) =>
        [.. values.Select((value, index) => value + (perturbation * Math.Abs(value) * Math.Sin((index + 1.0) * (index + 1.0))))];

    /// <inheritdoc/>
    public Difference At(int entry, double factor, double perturbation)
    {
        var inputs = perturbation > 0 ? Perturb(_inputs, perturbation) : _inputs;
        Difference? sum = null;
        foreach (var (moves, watched) in _quotients(_drawn[entry]))
        {
            _cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var difference = Of(watched, Across(moves, factor, inputs), perturbation > 0 ? double.NaN : watched.In(_centre));
            sum = sum is null ? difference : sum + difference;
        }

        return sum!.Value;
    }

    /// <inheritdoc/>
    public double Perturbed(int entry, double perturbation)
    {
        using var scope = NewDisposeScope();
        var run = new WatchedRun(Rerun(Perturb(_inputs, perturbation), watchBranches: false), _cancellation);
        return _quotients(_drawn[entry]).Sum(quotient =>
        {
            _cancellation.ThrowIfCancellationRequested();
            return Math.Abs(quotient.Watched.In(run) - quotient.Watched.In(_centre)) / StepOf(quotient.Moves).Size;
        });
    }

    /// <summary>The differences of all entries with the usual step. Quotients that move the inputs in the same way share their two passes.</summary>
    private Difference[] All()
    {
        var differences = new Difference?[_drawn.Length];
        var parts = _drawn.SelectMany((entry, index) => _quotients(entry).Select(quotient => Part(index, quotient)));
        foreach (var group in parts.GroupBy(part => part.Moves))
        {
            _cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var pair = Across(group.Key, factor: 1, _inputs);
            _largestStep = Math.Max(_largestStep, pair.Step.Relative);
            foreach (var (index, _, watched) in group)
            {
                _cancellation.ThrowIfCancellationRequested();
                var difference = Of(watched, pair, watched.Depth == 0 ? watched.In(_centre) : double.NaN);
                differences[index] = differences[index] is { } sum ? sum + difference : difference;
                _jumps.UnionWith(Jumps(watched, pair).Select(point => $"{point}"));
            }
        }

        return [.. differences.Select(difference => difference!.Value)];

        (int Index, Displacement Moves, Watched Watched) Part(int index, DifferenceQuotient quotient)
        {
            // A Laplacian has as many as a sample has elements, and all are there before the first is taken.
            _cancellation.ThrowIfCancellationRequested();
            return (index, quotient.Moves, quotient.Watched);
        }
    }

    private Difference Of(Watched watched, RunsAcross pair, double centre)
    {
        var (above, below) = (watched.In(pair.High), watched.In(pair.Low));
        var magnitude = watched.Magnitude(above, pair.LargestOutput);
        return Difference.Of(above, centre, below, pair.Up, pair.Down) with
        {
            Noise = 64 * Dtype.Float64.Epsilon() * _amplification * magnitude / pair.Up,
            Magnitude = magnitude / pair.Step.Scale,
            Terms = watched.Depth == 0 ? watched.Terms(pair.High, pair.Low, pair.Up + pair.Down, pair.Step.Scale) : Math.Abs(above) / pair.Step.Scale,
            IsScaled = pair.Step.IsScaled,
            AcrossKink = Jumps(watched, pair).Any(),
        };
    }

    /// <summary>The points between two runs that matter: what jumps is a derivative of no higher order than that of the quotient.</summary>
    private static IEnumerable<BranchPoint> Jumps(Watched watched, RunsAcross pair) => pair.Between.Where(point => point.Order <= watched.Depth + 1);

    private RunsAcross Across(Displacement moves, double factor, double[] inputs)
    {
        var step = StepOf(moves);
        var h = step.Size * factor;
        var high = new WatchedRun(Moved(moves, inputs, h), _cancellation);
        var low = new WatchedRun(Moved(moves, inputs, -h), _cancellation);
        var x = inputs[moves.First];
        var (up, down) = moves.Direction is null ? (x + h - x, x - (x - h)) : (h, h);
        return new RunsAcross(high, low, step, up, down, [.. Branch.Between(high.Run.Branches, low.Run.Branches)], high.LargestOutput);
    }

    /// <summary>How far to go along a displacement: no element further than its own step, unless all steps are the usual ones.</summary>
    private StepSize StepOf(Displacement moves)
    {
        if (moves.Direction is null)
        {
            return _steps[moves.First];
        }

        if (_steps.AreUsual)
        {
            var (longest, largest) = (moves.Largest > 0 ? moves.Largest : 1, Math.Max(1, _inputs.Max(Math.Abs)));
            return new StepSize(StepSizes.Relative * largest / longest, StepSizes.Relative, largest, Scale: 1 / longest) { IsScaled = true };
        }

        var (size, scale, scaled) = (double.PositiveInfinity, double.PositiveInfinity, true);
        for (var element = 0L; element < moves.Count; element++)
        {
            if (moves[element] != 0)
            {
                var (own, move) = (_steps[moves.First + element], Math.Abs(moves[element]));
                (size, scale, scaled) = (Math.Min(size, own.Size / move), Math.Min(scale, own.Scale / move), scaled && own.IsScaled);
            }
        }

        if (!double.IsFinite(size))
        {
            return new StepSize(StepSizes.Relative, StepSizes.Relative, Base: 1, Scale: 1);
        }

        var relative = 0.0;
        for (var element = 0L; element < moves.Count; element++)
        {
            relative = Math.Max(relative, size * Math.Abs(moves[element]) / _steps[moves.First + element].Base);
        }

        return new StepSize(size, relative, Base: 1, scale) { IsScaled = scaled };
    }

    private TorchRun Moved(Displacement moves, double[] inputs, double h)
    {
        moves.Move(inputs, h, _moved);
        return Rerun(_moved, watchBranches: true);
    }

    private TorchRun Rerun(double[] inputs, bool watchBranches) =>
        _run.Rerun(new NdArray(new Shape(_run.Inputs.shape), inputs).ToTensor(Dtype.Float64), watchBranches);

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

    /// <summary>The runs on both sides of x.</summary>
    /// <param name="High">At x + up.</param>
    /// <param name="Low">At x − down.</param>
    /// <param name="Step">The usual step.</param>
    /// <param name="Up">The step up, as it came out in double precision.</param>
    /// <param name="Down">The step down.</param>
    /// <param name="Between">Where a derivative jumps between them.</param>
    /// <param name="LargestOutput">The largest output.</param>
    private sealed record RunsAcross(WatchedRun High, WatchedRun Low, StepSize Step, double Up, double Down, IReadOnlyList<BranchPoint> Between,
        double LargestOutput);
}
