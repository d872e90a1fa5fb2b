using GradService.Domain.Arrays;
using GradService.Domain.Findings;

namespace GradService.Domain.Gradients;

/// <summary>What can be said of results side by side.</summary>
internal static class Comparison
{
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

    /// <summary>One finding for each pair that differs, and one where none does.</summary>
    public static IReadOnlyList<Finding> Findings(IReadOnlyList<GradientResult> results, IReadOnlyList<PairwiseDifference> differences)
    {
        List<Finding> findings = [.. differences
            .Where(pair => pair.MaxRelativeGradientDifference > 1e-3)
            .Select(pair => new Finding("gradients-differ", Severity.Info,
                $"{Name(results, pair.First)} and {Name(results, pair.Second)} answer different questions here: their gradients differ by up to "
                    + $"{Words.Of(pair.MaxGradientDifference!.Value)}, "
                + $"{Words.Percent(pair.MaxRelativeGradientDifference!.Value)} of the largest entry. "
                + $"{Why(results[pair.First], results[pair.Second], pair.MaxOutputDifference)}"))];
        if (differences.Any(pair => pair.MaxGradientDifference is not null) && differences.All(pair => pair.MaxRelativeGradientDifference is null or <= 1e-3))
        {
            findings.Add(new Finding("gradients-agree", Severity.Info, results.All(result => result.BatchNorm.Layers.Count == 0)
                ? "All comparable gradients agree: without a BatchNorm layer the modes do not matter."
                : "All comparable gradients agree to one part in a thousand: for this network and batch the choice of mode hardly matters."));
        }

        return findings;
    }

    private static PairwiseDifference Difference(int first, int second, GradientResult a, GradientResult b)
    {
        var (left, right) = Comparable(a, b);
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
    private static (NdArray?, NdArray?) Comparable(GradientResult a, GradientResult b)
    {
        if (a.Gradients is null || b.Gradients is null)
        {
            return (null, null);
        }

        if (a.Kind == b.Kind && a.Gradients.Shape.Equals(b.Gradients.Shape))
        {
            return (a.Gradients, b.Gradients);
        }

        return (a.Kind, b.Kind) switch
        {
            ("sum", "perSample") => (a.Gradients, SumOverOutputs(b.Gradients, a.Gradients.Shape)),
            ("perSample", "sum") => (SumOverOutputs(a.Gradients, b.Gradients.Shape), b.Gradients),
            _ => (null, null),
        };
    }

    private static NdArray? SumOverOutputs(NdArray perSample, Shape sum)
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
