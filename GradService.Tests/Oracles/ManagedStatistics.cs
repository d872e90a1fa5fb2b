namespace GradService.Tests.Oracles;

/// <summary>What a BatchNorm layer did, in plain numbers.</summary>
/// <param name="Mean">Used to normalise, [C].</param>
/// <param name="Variance">Used to normalise, [C].</param>
/// <param name="RunningMean">After the pass; null where none is kept.</param>
/// <param name="RunningVariance">After the pass; null where none is kept.</param>
/// <param name="BatchesTracked">After the pass; null where none is kept.</param>
/// <param name="Coupled">Whether the gradient flows through Mean and Variance.</param>
internal sealed record ManagedStatistics(double[] Mean, double[] Variance, double[]? RunningMean, double[]? RunningVariance, long? BatchesTracked, bool Coupled)
{
    /// <summary>r and d of mode renorm for each channel, constants of the gradient; null elsewhere.</summary>
    public (double R, double D)[]? Correction { get; init; }

    /// <summary>Mean and biased variance of each channel of [N, C, positions], in two passes.</summary>
    public static (double[] Mean, double[] Variance) Moments(double[] values, int channels, int positions)
    {
        var (mean, variance) = (new double[channels], new double[channels]);
        var count = values.Length / channels;
        for (var i = 0; i < values.Length; i++)
        {
            mean[i / positions % channels] += values[i] / count;
        }

        for (var i = 0; i < values.Length; i++)
        {
            var channel = i / positions % channels;
            variance[channel] += (values[i] - mean[channel]) * (values[i] - mean[channel]) / count;
        }

        return (mean, variance);
    }
}
