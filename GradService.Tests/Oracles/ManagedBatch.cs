namespace GradService.Tests.Oracles;

/// <summary>A batch in plain numbers.</summary>
/// <param name="Sample">The shape of a sample, D….</param>
/// <param name="Values">[N, D…] flat.</param>
internal sealed record ManagedBatch(int[] Sample, double[] Values)
{
    /// <summary>Elements of a sample.</summary>
    public int Elements => PlacedLayer.Elements(Sample);

    /// <summary>Elements of a sample's channel.</summary>
    public int Positions => PlacedLayer.Elements(Sample[1..]);

    public ManagedBatch Map(Func<double, int, double> function) => this with { Values = [.. Values.Select(function)] };

    /// <summary>
    /// Runs of so many elements, all within one sample, normalised by their own mean and biased variance, then weight and bias by
    /// the element's place in its sample.
    /// </summary>
    public ManagedBatch NormalizeRuns(int size, double eps, Func<int, (double Weight, double Bias)> affine)
    {
        var result = new double[Values.Length];
        for (var start = 0; start < Values.Length; start += size)
        {
            var (mean, variance) = ManagedStatistics.Moments(Values[start..(start + size)], 1, size);
            for (var i = start; i < start + size; i++)
            {
                var (weight, bias) = affine(i % Elements);
                result[i] = (weight * (Values[i] - mean[0]) / Math.Sqrt(variance[0] + eps)) + bias;
            }
        }

        return this with { Values = result };
    }

    /// <summary>e^x / Σ e^x along an axis of the samples.</summary>
    public ManagedBatch Softmax(int axis)
    {
        return LogSoftmax(axis).Map((logarithm, _) => Math.Exp(logarithm));
    }

    /// <summary>x − log Σ e^x along an axis of the samples.</summary>
    public ManagedBatch LogSoftmax(int axis)
    {
        var (size, step) = (Sample[axis], PlacedLayer.Elements(Sample[(axis + 1)..]));
        return Map((value, i) =>
        {
            var first = i - (i / step % size * step);
            double[] all = [.. Enumerable.Range(0, size).Select(k => Values[first + (k * step)])];
            var largest = all.Max();
            return value - largest - Math.Log(all.Sum(each => Math.Exp(each - largest)));
        });
    }

    /// <summary>The first half of an axis of the samples, each element times the logistic function of its partner in the second half.</summary>
    public ManagedBatch Gate(int axis)
    {
        var (half, step) = (Sample[axis] / 2, PlacedLayer.Elements(Sample[(axis + 1)..]));
        var run = half * step;
        double[] result = [.. Enumerable.Range(0, Values.Length / 2).Select(i =>
        {
            var at = (i / run * 2 * run) + (i % run);
            return Values[at] / (1 + Math.Exp(-Values[at + run]));
        })];
        return new ManagedBatch([.. Sample[..axis], half, .. Sample[(axis + 1)..]], result);
    }
}
