using System.Security.Cryptography;
using System.Text;
using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>
/// Gradients by parameters, unknowns and points beside central differences (L(θ + h) − L(θ − h)) / 2h of the loss on a float64 copy. Statistics that
/// the gradient does not flow through are held at those of θ: such a gradient is not that of the loss.
/// </summary>
internal sealed class ObjectiveDifferences : IDifferences
{
    private readonly ObjectiveSetting _setting;
    private readonly Network _network;
    private readonly ObjectiveRun _held;
    private readonly double _centre;
    private readonly int _order;
    private readonly List<(Differentiated By, int Element)> _drawn;
    private readonly Dictionary<Differentiated, (double[] Values, StepSizes Steps)> _parameters = [];
    private readonly SortedSet<string> _jumps = [];
    private readonly CancellationToken _cancellation;
    private double? _perturbed;
    private double _largestStep;

    private ObjectiveDifferences(
        ObjectiveSetting setting, Network network, List<(Differentiated By, int Element)> drawn, CancellationToken cancellation)
    {
        // Values alone are wanted, for which no points need stand by themselves.
        _setting = setting.Of(setting.Objective);
        (_network, _drawn, _cancellation) = (network, drawn, cancellation);
        _held = ObjectiveRun.Run(_setting, network, live: false, cancellation);
        _centre = Loss.Of(_held, cancellation).Value;

        // The gradient differentiates once more what the terms differentiate.
        _order = 1 + _setting.Batches.Max(batch => batch.Derivatives.Order);
        foreach (var by in drawn.Select(entry => entry.By).Distinct())
        {
            _parameters[by] = by.Values(_setting.Objective, network);
        }
    }

    /// <param name="setting">The loss.</param>
    /// <param name="network">The network without leaves.</param>
    /// <param name="loss">The answer to check.</param>
    /// <param name="parts">What of it is handed out.</param>
    /// <param name="cancellation">Ends the check between two losses.</param>
    public static FiniteDifferenceOutcome Check(
        ObjectiveSetting setting, Network network, Loss loss, IReadOnlyList<ObjectivePart> parts, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var copy = network.ToFloat64();
        var gradients = Differentiated.All(loss, setting.Objective, parts);
        var differences = new ObjectiveDifferences(setting, copy, Draw(gradients), cancellation);
        var entries = differences._drawn.Select((entry, index) => (gradients[entry.By][entry.Element], differences.First(index))).ToList();
        var largest = DifferenceJudge.Largest(gradients.Values.Select(gradient => gradient.MaxAbsolute()));
        var amplification = FiniteDifferences.AmplificationOf(differences._held.Batches.SelectMany(batch => batch.Layers));
        return new DifferenceJudge(network.Dtype, amplification, largest, entries, differences, cancellation)
            .Outcome(differences._largestStep, differences._jumps);
    }

    /// <inheritdoc/>
    public Difference At(int entry, double factor, double perturbation)
    {
        if (perturbation == 0)
        {
            return Of(entry, factor, _network, _centre, watch: null);
        }

        using var scope = NewDisposeScope();
        using var perturbed = Perturb(perturbation);
        return Of(entry, factor, perturbed, double.NaN, watch: null);
    }

    /// <inheritdoc/>
    public double Perturbed(int entry, double perturbation)
    {
        if (_perturbed is null)
        {
            using var scope = NewDisposeScope();
            using var perturbed = Perturb(perturbation);
            _perturbed = Math.Abs(LossOf(perturbed).Value - _centre);
        }

        var (by, element) = _drawn[entry];
        return _perturbed.Value / _parameters[by].Steps[element].Size;
    }

    private Difference First(int entry)
    {
        var (by, element) = _drawn[entry];
        _largestStep = Math.Max(_largestStep, _parameters[by].Steps[element].Relative);
        return Of(entry, factor: 1, _network, _centre, _jumps);
    }

    private Difference Of(int entry, double factor, Network network, double centre, SortedSet<string>? watch)
    {
        _cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        var (by, element) = _drawn[entry];
        var step = _parameters[by].Steps[element];
        var (x, h) = (_parameters[by].Values[element], step.Size * factor);
        var high = Moved(network, by, element, h);
        var low = Moved(network, by, element, -h);
        var jumps = Branch.Between(high.Branches, low.Branches).Where(point => point.Order <= _order).ToList();
        watch?.UnionWith(jumps.Select(point => $"{point}"));
        return Difference.Of(high.Value, centre, low.Value, x + h - x, x - (x - h)) with
        {
            Noise = 64 * Dtype.Float64.Epsilon() * Math.Abs(high.Value) / h,
            Magnitude = Math.Abs(high.Value) / step.Scale,
            Terms = Math.Abs(high.Value) / step.Scale,
            AcrossKink = jumps.Count > 0,
        };
    }

    private (double Value, List<Branch> Branches) Moved(Network network, Differentiated by, int element, double step)
    {
        if (by.Kind != DifferentiatedBy.Parameter)
        {
            return LossOf(network, by.Moved(_setting, element, step), by.Kind == DifferentiatedBy.Points);
        }

        var moved = network[by.Name].ToDoubles();
        moved[element] += step;
        using var other = network.With(by.Name, new NdArray(new Shape(network[by.Name].shape), moved).ToTensor(Dtype.Float64));
        return LossOf(other);
    }

    private (double Value, List<Branch> Branches) LossOf(Network network, ObjectiveSetting? setting = null, bool byInputs = false)
    {
        var run = ObjectiveRun.Run(
            setting ?? _setting, network, live: false, _cancellation, frozen: _held, watchBranches: true, byInputs: byInputs);
        return (Loss.Of(run, _cancellation).Value, [.. run.Branches]);
    }

    private Network Perturb(double perturbation)
    {
        var network = _network;
        foreach (var name in _network.Learnable)
        {
            var values = FiniteDifferences.Perturb(_network[name].ToDoubles(), perturbation);
            var next = network.With(name, new NdArray(new Shape(_network[name].shape), values).ToTensor(Dtype.Float64));
            if (!ReferenceEquals(network, _network))
            {
                network.Dispose();
            }

            network = next;
        }

        return network;
    }

    /// <summary>Entries of the gradients, all or 64 different ones, the unknowns' among them; the same for the same answer.</summary>
    private static List<(Differentiated By, int Element)> Draw(IReadOnlyDictionary<Differentiated, NdArray> gradients)
    {
        if (gradients.Values.Sum(gradient => (long)gradient.Count) <= FiniteDifferences.MaxEntries)
        {
            return [.. gradients.SelectMany(pair => Enumerable.Range(0, pair.Value.Count).Select(element => (pair.Key, element)))];
        }

        var drawn = new List<(Differentiated, int)>();
        var kinds = gradients.GroupBy(pair => pair.Key.Kind).OrderBy(kind => kind.Sum(pair => (long)pair.Value.Count)).ToList();
        foreach (var (at, kind) in kinds.Index())
        {
            drawn.AddRange(Draw([.. kind], (FiniteDifferences.MaxEntries - drawn.Count) / (kinds.Count - at)));
        }

        return drawn;
    }

    private static IEnumerable<(Differentiated By, int Element)> Draw(IReadOnlyList<KeyValuePair<Differentiated, NdArray>> gradients, int some)
    {
        var count = gradients.Sum(pair => (long)pair.Value.Count);
        var words = gradients.Select(pair => $"{pair.Key.Name} {pair.Value.Shape} {pair.Value.Norm():R}");
        var seed = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(" ", words)));
        return (count <= some ? Enumerable.Range(0, (int)count).Select(at => (long)at) : FiniteDifferences.Draw(count, some, seed))
            .Select(at => At(gradients, at));
    }

    /// <summary>The entry with that number, counted through all gradients.</summary>
    private static (Differentiated By, int Element) At(IReadOnlyList<KeyValuePair<Differentiated, NdArray>> gradients, long number)
    {
        foreach (var (by, gradient) in gradients)
        {
            if (number < gradient.Count)
            {
                return (by, (int)number);
            }

            number -= gradient.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(number));
    }
}
