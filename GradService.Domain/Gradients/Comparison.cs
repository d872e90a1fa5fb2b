using GradService.Domain.Arrays;
using GradService.Domain.Findings;

namespace GradService.Domain.Gradients;

/// <summary>What can be said of results side by side.</summary>
internal static class Comparison
{
    // A smaller difference, relative to the largest entry, is not worth saying.
    private const double Least = 1e-3;

    // A smaller one, beside the largest entry of what is compared, may be rounding.
    private const double Suspicious = 1e-6;

    // By how much more than where BatchNorm made something of it rounding may have grown at the end of a network.
    private const double Growth = 100;

    // By how much rounding may exceed what computing both once more shows.
    private const double Allowance = 8;

    /// <summary>Every pair in order, with how far apart it is.</summary>
    public static IReadOnlyList<PairwiseDifference> Differences(IReadOnlyList<GradientResult> results, CancellationToken cancellation)
    {
        var pairs = new List<PairwiseDifference>();
        for (var first = 0; first < results.Count; first++)
        {
            for (var second = first + 1; second < results.Count; second++)
            {
                cancellation.ThrowIfCancellationRequested();
                pairs.Add(Difference(first, second, results[first], results[second]));
            }
        }

        return pairs;
    }

    /// <summary>One finding for each pair that differs by more than rounding, and one where none does.</summary>
    /// <param name="results">The results.</param>
    /// <param name="differences">How far each pair is apart.</param>
    /// <param name="again">The gradient of a result once more, rounded at random.</param>
    public static IReadOnlyList<Finding> Findings(
        IReadOnlyList<GradientResult> results, IReadOnlyList<PairwiseDifference> differences, Func<int, NdArray> again)
    {
        var rounded = new Dictionary<int, NdArray>();
        var differing = differences.Where(pair => pair.MaxRelativeGradientDifference > Least && !IsNoise(pair)).ToList();
        List<Finding> findings = [.. differing
            .Select(pair => new Finding("gradients-differ", Severity.Info,
                $"{Name(results, pair.First)} and {Name(results, pair.Second)} answer different questions here: their gradients differ by up to "
                    + $"{Words.Of(pair.MaxGradientDifference!.Value)}, "
                + $"{Words.Percent(pair.MaxRelativeGradientDifference!.Value)} of the largest entry. "
                + $"{Why(results[pair.First], results[pair.Second], pair.MaxOutputDifference)}"))];
        if (differing.Count == 0 && differences.Any(pair => double.IsFinite(pair.MaxGradientDifference ?? double.NaN)))
        {
            findings.Add(new Finding("gradients-agree", Severity.Info, results.All(result => result.BatchNorm.Layers.Count == 0)
                ? "All comparable gradients agree: without a BatchNorm layer the modes do not matter."
                : "All comparable gradients agree to one part in a thousand: for this network and batch the choice of mode hardly matters."));
        }

        return findings;

        // A difference that is small beside what it is made of may be rounding alone.
        bool IsNoise(PairwiseDifference pair)
        {
            var (a, b) = (results[pair.First], results[pair.Second]);
            var largest = Math.Max(a.Gradients!.MaxAbsolute(), b.Gradients!.MaxAbsolute());
            var amplification = Math.Max(GradientExamination.Amplification(a.BatchNorm.Layers), GradientExamination.Amplification(b.BatchNorm.Layers));
            if (pair.MaxGradientDifference > Math.Max(Suspicious, Growth * a.Outputs.Dtype.Epsilon() * amplification) * largest)
            {
                return false;
            }

            var (left, right) = Comparable(a.Kind, a.Gradients, b.Kind, b.Gradients);
            var (leftAgain, rightAgain) = Comparable(a.Kind, Again(pair.First), b.Kind, Again(pair.Second));
            return pair.MaxGradientDifference <= Allowance * (left!.MaxDifference(leftAgain!) + right!.MaxDifference(rightAgain!));
        }

        NdArray Again(int index) => rounded.TryGetValue(index, out var known) ? known : rounded[index] = again(index);
    }

    private static PairwiseDifference Difference(int first, int second, GradientResult a, GradientResult b)
    {
        var (left, right) = Comparable(a.Kind, a.Gradients, b.Kind, b.Gradients);
        var difference = left is null || right is null ? (double?)null : left.MaxDifference(right);
        var largest = difference is null ? 0 : Math.Max(left!.MaxAbsolute(), right!.MaxAbsolute());
        return new PairwiseDifference
        {
            First = first,
            Second = second,
            MaxOutputDifference = a.Outputs.MaxDifference(b.Outputs),
            MaxGradientDifference = difference,
            MaxRelativeGradientDifference = difference == 0 ? 0 : difference / largest,
        };
    }

    /// <summary>Two gradients under one shape, where they have one: per-sample gradients are summed over the outputs beside a sum.</summary>
    private static (NdArray?, NdArray?) Comparable(string kind, NdArray? gradients, string otherKind, NdArray? others) => (kind, otherKind) switch
    {
        _ when gradients is null || others is null => (null, null),
        _ when kind == otherKind && gradients.Shape.Equals(others.Shape) => (gradients, others),
        ("sum", "perSample") => (gradients, SumOverOutputs(others, gradients.Shape)),
        ("perSample", "sum") => (SumOverOutputs(gradients, others.Shape), others),
        _ => (null, null),
    };

    private static NdArray SumOverOutputs(NdArray perSample, Shape sum)
    {
        var (outputs, elements) = (perSample.Shape[1], sum.Elements / sum[0]);
        var values = new double[sum.Elements];
        for (var i = 0L; i < perSample.Count; i++)
        {
            values[(i / (outputs * elements) * elements) + (i % elements)] += perSample[i];
        }

        return new NdArray(sum, values);
    }

    private static string Name(IReadOnlyList<GradientResult> results, int index) =>
        $"{results[index].BatchNorm.Mode.Name}/{results[index].Kind} (result {index})";

    private static string Why(GradientResult a, GradientResult b, double outputDifference)
    {
        if (a.BatchNorm.Mode != b.BatchNorm.Mode && outputDifference > 1e-3 * a.Outputs.MaxAbsolute())
        {
            return "Already their outputs differ, as they normalise with different statistics.";
        }

        return a.BatchNorm.Mode != b.BatchNorm.Mode
            ? "Their outputs agree: what differs is whether the gradient flows through the statistics."
            : "The batch statistics couple the samples, so the gradient of the sum is not a sample's own gradient.";
    }
}
