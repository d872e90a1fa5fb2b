using System.Security.Cryptography;
using System.Text;
using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>
/// Parameter gradients beside central differences (L(θ + h) − L(θ − h)) / 2h of the loss on a float64 copy. Statistics that the gradient
/// does not flow through are held at those of θ: such a gradient is not that of the loss.
/// </summary>
internal static class ObjectiveDifferences
{
    /// <param name="setting">The loss.</param>
    /// <param name="network">The network without leaves.</param>
    /// <param name="gradients">The answer to check.</param>
    /// <param name="cancellation">Ends the check between two losses.</param>
    public static FiniteDifferenceOutcome Check(ObjectiveSetting setting, Network network, IReadOnlyDictionary<string, NdArray> gradients,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var copy = network.ToFloat64();
        var held = ObjectiveRun.Run(setting, copy, live: false, cancellation);
        var entries = Draw(gradients);
        var differences = entries.Select(entry => Difference(entry.Name, entry.Element)).ToList();
        var compared = entries.Zip(differences).Where(pair => !pair.Second.AcrossKink)
            .Select(pair => (Answer: gradients[pair.First.Name][pair.First.Element], pair.Second.Value, pair.Second.Noise)).ToList();
        var largest = FiniteDifferences.Largest(gradients.Values.Select(gradient => gradient.MaxAbsolute()).Concat(compared.Select(pair => pair.Value)));
        var error = FiniteDifferences.Largest(compared.Select(pair => pair.Answer - pair.Value));
        var noise = FiniteDifferences.Largest(compared.Select(pair => pair.Noise));
        var belowNoise = compared.Count > 0 && largest <= noise;
        return FiniteDifferences.Outcome(entries.Count, compared.Count, error, largest, belowNoise, noise);

        (double Value, double Noise, bool AcrossKink) Difference(string name, int element)
        {
            cancellation.ThrowIfCancellationRequested();
            using var own = NewDisposeScope();
            var values = copy[name].ToDoubles();
            var h = FiniteDifferences.Step * Math.Max(1, Math.Abs(values[element]));
            var (high, highBranches) = Moved(name, values, element, h);
            var (low, lowBranches) = Moved(name, values, element, -h);
            return ((high - low) / (2 * h), 64 * Dtype.Float64.Epsilon() * Math.Abs(high) / h, FiniteDifferences.Straddles(highBranches, lowBranches));
        }

        (double Loss, List<Tensor> Branches) Moved(string name, double[] values, int element, double by)
        {
            var moved = (double[])values.Clone();
            moved[element] += by;
            using var other = copy.With(name, new NdArray(new Shape(copy[name].shape), moved).ToTensor(Dtype.Float64));
            var run = ObjectiveRun.Run(setting, other, live: false, cancellation, frozen: held, watchBranches: true);
            return (Loss.Of(run, cancellation).Value, [.. run.Branches]);
        }
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
