using GradService.Fuzz.Storm;

namespace GradService.Fuzz.Soak;

/// <summary>
/// Whether what the service holds is level over the second half: it rises within two standard errors of a straight line, or by less than a little.
/// </summary>
internal static class SoakVerdict
{
    public const int FewestSamples = 6;

    private const int Windows = 10;
    private const double MiB = 1 << 20;

    /// <summary>
    /// What is looked at, what of a window counts, what it may rise by, and in which unit it is told. The managed heap counts where it is lowest,
    /// which is right after a full collection; the rest where it is usually.
    /// </summary>
    private static readonly (string Name, Func<SoakSample, double> Figure, Func<IReadOnlyList<double>, double> OfWindow, double Allowance, double Unit)[] Held =
    [
        ("resident, MiB", sample => sample.Memory.Resident, Middle, 16 * MiB, MiB),
        ("managed, MiB", sample => sample.Memory.Managed, Enumerable.Min, 8 * MiB, MiB),
        ("native, MiB", sample => sample.Memory.Native, Middle, 16 * MiB, MiB),
        ("descriptors", sample => sample.Descriptors, Middle, 4, 1),
        ("threads", sample => sample.Threads, Middle, 2, 1),
        ("tensors", sample => sample.Memory.Tensors, Middle, 20, 1),
        ("files in incoming/", sample => sample.Incoming, Middle, 1, 1),
    ];

    /// <param name="samples">At least <see cref="FewestSamples"/>.</param>
    /// <returns>Of each figure how it rises over the second half, in its unit, and whether it is level.</returns>
    public static IEnumerable<(string Name, Slope Rise, bool IsLevel)> Of(IReadOnlyList<SoakSample> samples)
    {
        var half = samples.Skip(samples.Count / 2).ToList();
        var windows = half.Chunk(Math.Max(1, half.Count / Windows)).ToList();
        foreach (var (name, figure, ofWindow, allowance, unit) in Held)
        {
            var rise = Slope.Through([.. windows.Select(window => (window.Average(sample => sample.Seconds), ofWindow([.. window.Select(figure)]) / unit))]);
            yield return (name, rise, rise.IsWithin(allowance / unit));
        }
    }

    private static double Middle(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);
}
