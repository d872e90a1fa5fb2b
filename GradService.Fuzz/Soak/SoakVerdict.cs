using GradService.Fuzz.Storm;

namespace GradService.Fuzz.Soak;

/// <summary>
/// Whether what the service holds is level over the second half: it rises within two standard errors of a straight line, or by less than a little.
/// </summary>
internal static class SoakVerdict
{
    public const int FewestSamples = 6;

    private const double MiB = 1 << 20;

    /// <summary>What is looked at, what it may rise by, and in which unit it is told.</summary>
    private static readonly (string Name, Func<SoakSample, double> Figure, double Allowance, double Unit)[] Held =
    [
        ("resident, MiB", sample => sample.Memory.Resident, 16 * MiB, MiB),
        ("managed, MiB", sample => sample.Memory.Managed, 8 * MiB, MiB),
        ("native, MiB", sample => sample.Memory.Native, 16 * MiB, MiB),
        ("descriptors", sample => sample.Descriptors, 4, 1),
        ("threads", sample => sample.Threads, 2, 1),
        ("tensors", sample => sample.Memory.Tensors, 20, 1),
        ("files in incoming/", sample => sample.Incoming, 1, 1),
    ];

    /// <param name="samples">At least <see cref="FewestSamples"/>.</param>
    /// <returns>Of each figure how it rises over the second half, in its unit, and whether it is level.</returns>
    public static IEnumerable<(string Name, Slope Rise, bool IsLevel)> Of(IReadOnlyList<SoakSample> samples)
    {
        var half = samples.Skip(samples.Count / 2).ToList();
        foreach (var (name, figure, allowance, unit) in Held)
        {
            var rise = Slope.Through([.. half.Select(sample => (sample.Seconds, figure(sample) / unit))]);
            yield return (name, rise, rise.IsWithin(allowance / unit));
        }
    }
}
