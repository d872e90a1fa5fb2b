namespace GradService.Domain.Statistics;

/// <summary>
/// What a layer makes of h normalised before weight and bias, for each channel: scale · h + shift. Constants of the call in which they were
/// found: whatever is differentiated or moved afterwards keeps them.
/// </summary>
/// <param name="Scale">[C].</param>
/// <param name="Shift">[C].</param>
internal sealed record Correction(double[] Scale, double[] Shift)
{
    /// <param name="site">The layer.</param>
    /// <param name="used">What it normalises with, [C] each.</param>
    /// <param name="before">Its running statistics before the call, [C] each.</param>
    public static Correction Of(NormalizationSite site, (double[] Mean, double[] Variance) used, (double[] Mean, double[] Variance) before)
    {
        var channels = Enumerable.Range(0, used.Mean.Length)
            .Select(channel => site.Mode.Correct(site.Layer.Eps, (used.Mean[channel], used.Variance[channel]),
                (before.Mean[channel], before.Variance[channel])))
            .ToList();
        return new Correction([.. channels.Select(channel => channel.Scale)], [.. channels.Select(channel => channel.Shift)]);
    }
}
