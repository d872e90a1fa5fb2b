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
/// Parameter gradients beside central differences (L(θ + h) − L(θ − h)) / 2h of the loss on a float64 copy. Statistics that the gradient
/// does not flow through are held at those of θ: such a gradient is not that of the loss.
/// </summary>
internal sealed class ObjectiveDifferences : IDifferences
{
    private readonly ObjectiveSetting _setting;
    private readonly Network _network;
    private readonly ObjectiveRun _held;
    private readonly double _centre;
    private readonly int _order;
    private readonly List<(string Name, int Element)> _drawn;
    private readonly Dictionary<string, (double[] Values, StepSizes Steps)> _parameters = [];
    private readonly SortedSet<string> _jumps = [];
    private readonly CancellationToken _cancellation;
    private double? _perturbed;
    private double _largestStep;

    private ObjectiveDifferences(ObjectiveSetting setting, Network network, List<(string Name, int Element)> drawn, CancellationToken cancellation)
    {
        (_setting, _network, _drawn, _cancellation) = (setting, network, drawn, cancellation);
        _held = ObjectiveRun.Run(setting, network, live: false, cancellation);
        _centre = Loss.Of(_held, cancellation).Value;

        // The gradient differentiates once more what the terms differentiate.
        _order = 1 + setting.Batches.Max(batch => batch.Derivatives.Order);
        foreach (var name in drawn.Select(entry => entry.Name).Distinct())
        {
            var values = network[name].ToDoubles();
            _parameters[name] = (values, StepSizes.OfParameter(values));
        }
    }

    /// <param name="setting">The loss.</param>
    /// <param name="network">The network without leaves.</param>
    /// <param name="gradients">The answer to check.</param>
    /// <param name="cancellation">Ends the check between two losses.</param>
    public static FiniteDifferenceOutcome Check(ObjectiveSetting setting, Network network, IReadOnlyDictionary<string, NdArray> gradients,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var copy = network.ToFloat64();
        var differences = new ObjectiveDifferences(setting, copy, Draw(gradients), cancellation);
        var entries = differences._drawn.Select((entry, index) => (gradients[entry.Name][entry.Element], differences.First(index))).ToList();
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

        var (name, element) = _drawn[entry];
        return _perturbed.Value / _parameters[name].Steps[element].Size;
    }

    private Difference First(int entry)
    {
        var (name, element) = _drawn[entry];
        _largestStep = Math.Max(_largestStep, _parameters[name].Steps[element].Relative);
        return Of(entry, factor: 1, _network, _centre, _jumps);
    }

    private Difference Of(int entry, double factor, Network network, double centre, SortedSet<string>? watch)
    {
        _cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        var (name, element) = _drawn[entry];
        var step = _parameters[name].Steps[element];
        var (x, h) = (_parameters[name].Values[element], step.Size * factor);
        var high = Moved(network, name, element, h);
        var low = Moved(network, name, element, -h);
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

    private (double Value, List<Branch> Branches) Moved(Network network, string name, int element, double by)
    {
        var moved = network[name].ToDoubles();
        moved[element] += by;
        using var other = network.With(name, new NdArray(new Shape(network[name].shape), moved).ToTensor(Dtype.Float64));
        return LossOf(other);
    }

    private (double Value, List<Branch> Branches) LossOf(Network network)
    {
        var run = ObjectiveRun.Run(_setting, network, live: false, _cancellation, frozen: _held, watchBranches: true);
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

    /// <summary>Entries of the gradients, all or 64 different ones; the same for the same answer.</summary>
    private static List<(string Name, int Element)> Draw(IReadOnlyDictionary<string, NdArray> gradients)
    {
        var count = gradients.Values.Sum(gradient => (long)gradient.Count);
        if (count <= FiniteDifferences.MaxEntries)
        {
            return [.. gradients.SelectMany(pair => Enumerable.Range(0, pair.Value.Count).Select(element => (pair.Key, element)))];
        }

        var seed = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(" ", gradients.Select(pair => $"{pair.Key} {pair.Value.Shape} {pair.Value.Norm():R}"))));
        return [.. FiniteDifferences.Draw(count, FiniteDifferences.MaxEntries, seed).Select(at => At(gradients, at))];
    }

    /// <summary>The entry with that number, counted through all gradients.</summary>
    private static (string Name, int Element) At(IReadOnlyDictionary<string, NdArray> gradients, long number)
    {
        foreach (var (name, gradient) in gradients)
        {
            if (number < gradient.Count)
            {
                return (name, (int)number);
            }

            number -= gradient.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(number));
    }
}
