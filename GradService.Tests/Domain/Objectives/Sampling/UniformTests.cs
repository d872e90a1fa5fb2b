using GradService.Domain.Objectives.Sampling;

namespace GradService.Tests.Domain.Objectives.Sampling;

/// <summary>Points that are drawn each by itself.</summary>
public sealed class UniformTests
{
    private const int Count = 100_000;

    /// <summary>Of means of that many numbers with variance 1, five standard deviations.</summary>
    private static readonly double Tolerance = 5 / Math.Sqrt(Count);

    /// <summary>The known answer of Random123, the authors' own programs: counter and key 0.</summary>
    [Fact]
    public void Random_bits_are_those_of_Philox() =>
        Assert.Equal([0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b],
            Enumerable.Range(0, 4).Select(word => Philox.Word(0, (0, 0, 0, 0), word)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Moments_are_those_of_uniform_numbers(long seed)
    {
        foreach (var axis in Standardised(seed))
        {
            Assert.Equal(0, axis.Average(), Tolerance);
            Assert.Equal(1, axis.Average(number => number * number), Tolerance);
            Assert.Equal(0, axis.Average(number => number * number * number), 2 * Tolerance);
            Assert.Equal(9 / 5.0, axis.Average(number => number * number * number * number), 2 * Tolerance);
        }
    }

    [Fact]
    public void Axes_rows_and_seeds_have_nothing_to_do_with_each_other()
    {
        var (these, those) = (Standardised(0), Standardised(1));
        Assert.Equal(0, these[0].Zip(these[1]).Average(pair => pair.First * pair.Second), Tolerance);
        Assert.Equal(0, these[0].Zip(these[0][1..]).Average(pair => pair.First * pair.Second), Tolerance);
        Assert.Equal(0, these[0].Zip(those[0]).Average(pair => pair.First * pair.Second), Tolerance);
    }

    /// <summary>The numbers of each of two axes, less their mean, over their standard deviation.</summary>
    private static double[][] Standardised(long seed)
    {
        var points = RandomSamples.InUnitCube(SampleMethod.Uniform, axes: 2, Count, seed);
        return [.. Enumerable.Range(0, 2).Select(axis => points.Select(point => (point[axis] - 0.5) * Math.Sqrt(12)).ToArray())];
    }
}
