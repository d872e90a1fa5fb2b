using CsCheck;
using GradService.Domain.Objectives.Sampling;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Sampling;

/// <summary>Points of which each part of each axis has one.</summary>
public sealed class LatinHypercubeTests
{
    [Fact]
    public void Each_of_n_strata_of_each_axis_has_one_point() =>
        Gen.Select(Gen.OneOf(Gen.Int[1, 70], Gen.Int[1, 3_000]), Gen.Int[1, 4], RandomSamples.Seeds).Sample((count, axes, seed) =>
        {
            var points = RandomSamples.InUnitCube(SampleMethod.LatinHypercube, axes, count, seed);
            Assert.All(Enumerable.Range(0, axes), axis =>
                Assert.Equal(Enumerable.Range(0, count), points.Select(point => (int)Math.Floor(point[axis] * count)).Order()));
        }, iter: RandomCases.Count(200));

    [Fact]
    public void A_point_is_anywhere_in_its_stratum()
    {
        var within = RandomSamples.InUnitCube(SampleMethod.LatinHypercube, 1, 10_000, seed: 0).Select(point => (point[0] * 10_000) % 1).ToList();
        Assert.Equal(0.5, within.Average(), 5 / Math.Sqrt(12 * 10_000));
        Assert.Equal(1 / 3.0, within.Average(part => part * part), 5 / Math.Sqrt(10_000));
    }

    /// <summary>Sizes about powers of four, where the network has a bit more.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    public void A_permutation_has_each_place_once(int count) =>
        Assert.Equal(Enumerable.Range(0, count), Orders(count, 1).Single().Select(place => (int)place).Order());

    [Fact]
    public void An_entry_of_a_huge_permutation_is_within_it()
    {
        var permutation = new Permutation(int.MaxValue, new RandomNumbers(0, 0, 0));
        Assert.All([0, 1, int.MaxValue - 1], place => Assert.InRange(permutation.At(place), 0, int.MaxValue - 1));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 6)]
    [InlineData(4, 24)]
    public void All_orders_are_equally_likely(int count, int orders)
    {
        const int Seeds = 12_000;
        var seen = Orders(count, Seeds).CountBy(order => string.Join(' ', order)).ToList();
        Assert.Equal(orders, seen.Count);
        AssertAsLikely(seen.Select(order => order.Value), Seeds);
    }

    /// <summary>Where any place goes, and where two places go, of more places than orders could be counted.</summary>
    [Fact]
    public void All_places_are_equally_likely_for_each_point_and_for_each_two()
    {
        const int Seeds = 20_000;
        var orders = Orders(11, Seeds).ToList();
        Assert.All(Enumerable.Range(0, 11), place => AssertAsLikely(orders.CountBy(order => order[place]).Select(each => each.Value), Seeds));
        var pairs = orders.CountBy(order => (order[0], order[1])).ToList();
        Assert.Equal(110, pairs.Count);
        AssertAsLikely(pairs.Select(pair => pair.Value), Seeds);
    }

    private static IEnumerable<long[]> Orders(int count, int seeds) => Enumerable.Range(0, seeds).Select(seed =>
    {
        var permutation = new Permutation(count, new RandomNumbers(seed, 0, 0));
        return Enumerable.Range(0, count).Select(place => permutation.At(place)).ToArray();
    });

    /// <summary>Pearson's chi-squared, within five standard deviations of what is expected of it.</summary>
    private static void AssertAsLikely(IEnumerable<int> counts, int draws)
    {
        var all = counts.ToList();
        var (expected, freedom) = ((double)draws / all.Count, all.Count - 1);
        Assert.InRange(all.Sum(count => (count - expected) * (count - expected) / expected), 0, freedom + (5 * Math.Sqrt(2 * freedom)));
    }
}
