using GradService.Fuzz.Soak;
using GradService.Fuzz.Storm;

namespace GradService.Tests.Fuzz;

/// <summary>What the soak calls level.</summary>
public sealed class SoakTests
{
    private const double MiB = 1 << 20;

    [Fact]
    public void What_rises_at_first_and_then_is_level_is_level() =>
        Assert.Empty(Rising(seconds => Sample(seconds, resident: Math.Min(seconds, 50) * 10 * MiB)));

    [Fact]
    public void What_rises_to_the_end_is_not() => Assert.Equal(["resident, MiB"], Rising(seconds => Sample(seconds, resident: seconds * MiB)));

    [Fact]
    public void Scatter_without_a_rise_is_level() => Assert.Empty(Rising(seconds => Sample(seconds, resident: (seconds % 20 == 0 ? 0 : 100) * MiB)));

    [Fact]
    public void The_managed_heap_counts_where_it_is_lowest()
    {
        static SoakSample Heap(double seconds, double lowest) =>
            Sample(seconds) with { Memory = new MemorySample(0, (lowest + (seconds % 60)) * MiB, 0, 0, 0, 0) };

        // It fills up for a minute and is collected; collections that leave more each time are another matter.
        Assert.Empty(Rising(seconds => Heap(seconds, lowest: 20), samples: 120));
        Assert.Equal(["managed, MiB"], Rising(seconds => Heap(seconds, lowest: seconds / 20), samples: 120));
    }

    [Fact]
    public void Files_that_stay_descriptors_and_threads_are_seen() =>
        Assert.Equal(["descriptors", "threads", "files in incoming/"],
            Rising(seconds => Sample(seconds) with { Descriptors = (int)seconds, Threads = seconds, Incoming = (int)seconds }));

    private static IEnumerable<string> Rising(Func<double, SoakSample> sample, int samples = 21) =>
        SoakVerdict.Of([.. Enumerable.Range(0, samples).Select(step => sample(10 * step))]).Where(each => !each.IsLevel).Select(each => each.Name);

    private static SoakSample Sample(double seconds, double resident = 0) => new(seconds, new MemorySample(0, 0, 0, resident, 0, 0), 0, 0, 0, 0);
}
