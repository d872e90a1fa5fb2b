using CsCheck;
using GradService.Domain.Objectives.Sampling;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Sampling;

/// <summary>Points of the Sobol sequence.</summary>
public sealed class SobolTests
{
    [Fact]
    public void Each_stratum_of_each_axis_has_one_of_two_to_the_m_points() =>
        Gen.Select(Gen.Int[0, 10], RandomSamples.Seeds).Sample((m, seed) =>
        {
            var points = RandomSamples.InUnitCube(SampleMethod.Sobol, Sobol.MaxAxes, 1 << m, seed);
            Assert.All(Enumerable.Range(0, Sobol.MaxAxes), axis =>
                Assert.Equal(Enumerable.Range(0, 1 << m), points.Select(point => (int)(point[axis] * (1 << m))).Order()));
        }, iter: RandomCases.Count(20));

    /// <summary>The first two axes are a (0, 2)-sequence: each elementary interval of area 2⁻ᵐ has one of each 2ᵐ points in a row.</summary>
    [Fact]
    public void Each_elementary_interval_of_two_axes_has_one_of_each_two_to_the_m_points() =>
        Gen.Select(Gen.Int[0, 10], Gen.Int[0, 3], RandomSamples.Seeds).Sample((m, block, seed) =>
        {
            var points = RandomSamples.InUnitCube(SampleMethod.Sobol, 2, (block + 1) << m, seed)[(block << m)..];
            Assert.All(Enumerable.Range(0, m + 1), cuts => Assert.Equal(1 << m,
                points.Select(point => ((int)(point[0] * (1 << cuts)), (int)(point[1] * (1 << (m - cuts))))).Distinct().Count()));
        }, iter: RandomCases.Count(100));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Points_are_more_even_than_those_that_are_drawn_each_by_itself(int axes) =>
        Assert.All(Enumerable.Range(0, 20), seed => Assert.InRange(
            Discrepancy(RandomSamples.InUnitCube(SampleMethod.Sobol, axes, 256, seed)), 0,
            Discrepancy(RandomSamples.InUnitCube(SampleMethod.Uniform, axes, 256, seed))));

    /// <summary>Also under seed 0 the corner of the box, which the sequence itself begins with, is no point.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Every_seed_shifts(long seed) =>
        Assert.DoesNotContain(0.0, RandomSamples.InUnitCube(SampleMethod.Sobol, Sobol.MaxAxes, 1, seed).Single());

    /// <summary>The L² star discrepancy (Warnock, 1972).</summary>
    private static double Discrepancy(double[][] points)
    {
        var axes = points[0].Length;
        var single = points.Sum(point => point.Aggregate(1.0, (product, x) => product * (1 - (x * x))));
        var pairs = points.Sum(a => points.Sum(b => a.Zip(b).Aggregate(1.0, (product, each) => product * (1 - Math.Max(each.First, each.Second)))));
        return Math.Sqrt(Math.Pow(3, -axes) - (Math.Pow(2, 1 - axes) / points.Length * single) + (pairs / points.Length / points.Length));
    }
}
