using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Objectives.Sampling;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Sampling;

/// <summary>What holds of points however they are drawn.</summary>
public sealed class DrawnPointsTests
{
    [Fact]
    public void A_point_alone_is_the_point_among_the_others() =>
        RandomSamples.All.Sample(sample =>
        {
            var (drawn, all) = (sample.Resolve(), sample.Draw());
            Assert.All(all.Index(), point => Assert.Equal(point.Item, Assert.Single(RandomSamples.PointsOf(drawn.Rows(point.Index, 1)))));
        }, iter: RandomCases.Count(200));

    [Fact]
    public void Some_points_in_a_row_are_those_among_the_others() =>
        Gen.Select(RandomSamples.All, Gen.Double.Unit, Gen.Double.Unit).Sample((sample, at, part) =>
        {
            var all = sample.Draw();
            var first = (int)(at * all.Length);
            var count = (int)(part * (all.Length - first));
            Assert.Equal(all[first..(first + count)], RandomSamples.PointsOf(sample.Resolve().Rows(first, count)));
        }, iter: RandomCases.Count(200));

    [Fact]
    public void A_list_of_one_is_the_number_of_all_points() => Assert.Equal(
        3, DrawnPoints.Resolve(new SampleSpec { Box = [new(0, 1), new(0, 1)], Count = new([3]), Method = SampleMethod.Sobol }, "s", 2, Dtype.Float64).Count);

    [Fact]
    public void How_many_there_are_is_known_before() =>
        RandomSamples.All.Sample(sample =>
        {
            Assert.Equal(sample.Draw().Length, sample.Resolve().Count);
            Assert.True(sample.Count.Total is not { } total || total == sample.Resolve().Count);
        }, iter: RandomCases.Count(200));

    /// <summary>A grid of more points than there are numbers for can still be priced.</summary>
    [Fact]
    public void More_points_than_can_be_counted_are_as_many_as_can()
    {
        var grid = new SampleSpec
        {
            Box = [.. Enumerable.Repeat(new Interval(0, 1), 3)],
            Count = new SampleCount([.. Enumerable.Repeat(int.MaxValue, 3)]),
            Method = SampleMethod.Grid,
        };
        Assert.Equal(long.MaxValue, grid.Resolve().Count);
        Assert.Equal(long.MaxValue, (grid with { Box = null, BoundaryOf = grid.Box }).Resolve().Count);
    }

    [Fact]
    public void Points_are_in_their_box() =>
        RandomSamples.All.Sample(sample => Assert.All(sample.Draw(), point =>
            Assert.All(point.Zip((sample.Box ?? sample.BoundaryOf)!), axis => Assert.InRange(axis.First, axis.Second.Low, axis.Second.High))),
            iter: RandomCases.Count(200));

    [Fact]
    public void The_same_seed_draws_the_same_points_and_another_one_others() =>
        Gen.OneOf(RandomSamples.InBoxes, RandomSamples.OnBoundaries).Where(sample => sample.Box is null || sample.Count.Total > 1).Sample(sample =>
        {
            Assert.Equal(sample.Draw(), sample.Draw());
            Assert.NotEqual(sample.Draw(), (sample with { Seed = sample.Seed ^ (1L << 40) }).Draw());
            Assert.NotEqual(sample.Draw(), (sample with { Seed = unchecked(sample.Seed + 1) }).Draw());
        }, iter: RandomCases.Count(200));

    /// <summary>So that more points are the same ones and some more.</summary>
    [Theory]
    [InlineData(SampleMethod.Uniform)]
    [InlineData(SampleMethod.Sobol)]
    public void A_longer_sample_begins_with_the_shorter_one(SampleMethod method) =>
        Assert.Equal(RandomSamples.InUnitCube(method, 3, 50, seed: 3), RandomSamples.InUnitCube(method, 3, 200, seed: 3)[..50]);

    /// <summary>Two ends of a box can so be paired point by point, as periodic conditions need.</summary>
    [Theory]
    [InlineData(SampleMethod.Uniform)]
    [InlineData(SampleMethod.Sobol)]
    [InlineData(SampleMethod.LatinHypercube)]
    public void Faces_that_are_given_as_boxes_have_the_same_points_on_them(SampleMethod method)
    {
        double[][] On(double place) => new SampleSpec
        {
            Box = [new Interval(place, place), new Interval(0, 3), new Interval(-1, 1)],
            Count = new SampleCount(40),
            Method = method,
        }.Draw();
        Assert.All(On(-2), point => Assert.Equal(-2, point[0]));
        Assert.Equal(On(-2).Select(point => point[1..]), On(5).Select(point => point[1..]));
    }

    [Fact]
    public void Ends_are_met_exactly_whatever_they_are() =>
        Gen.Select(Gen.Double[-1e300, 1e300], Gen.Double[-1e300, 1e300]).Where((a, b) => a != b).Sample((a, b) =>
        {
            var interval = new Interval(Math.Min(a, b), Math.Max(a, b));
            Assert.Equal((interval.Low, interval.High), (interval.At(0), interval.At(1)));
            Assert.InRange(interval.At(Math.BitDecrement(1.0)), interval.Low, interval.High);
        }, iter: RandomCases.Count(1_000));
}
