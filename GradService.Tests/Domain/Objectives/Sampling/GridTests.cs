using CsCheck;
using GradService.Domain.Objectives.Sampling;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Sampling;

/// <summary>Points that are evenly spaced.</summary>
public sealed class GridTests
{
    [Fact]
    public void A_grid_includes_the_ends_and_its_last_axis_runs_fastest() =>
        Assert.Equal([[0, -1], [0, 0], [0, 1], [2, -1], [2, 0], [2, 1]], new SampleSpec
        {
            Box = [new Interval(0, 2), new Interval(-1, 1)],
            Count = new SampleCount([2, 3]),
            Method = SampleMethod.Grid,
        }.Draw());

    [Theory]
    [InlineData(25, 2)]
    [InlineData(27, 3)]
    [InlineData(2, 1)]
    [InlineData(1_000_000, 6)]
    public void A_number_of_points_is_shared_evenly_by_the_axes(int count, int axes)
    {
        var points = RandomSamples.InUnitCube(SampleMethod.Grid, axes, count, seed: 0);
        var along = points.Select(point => point[0]).Distinct().Order().ToList();
        Assert.Equal(Enumerable.Range(0, along.Count).Select(index => (double)index / (along.Count - 1)), along);
        Assert.Equal(count, points.Select(point => string.Join(' ', point)).Distinct().Count());
        Assert.All(Enumerable.Range(0, axes), axis => Assert.Equal(along, points.Select(point => point[axis]).Distinct().Order()));
    }

    /// <summary>An axis without width has one point and does not count.</summary>
    [Fact]
    public void An_axis_without_width_takes_no_part() =>
        Assert.Equal([[0, 7], [0.5, 7], [1, 7]],
            new SampleSpec { Box = [new Interval(0, 1), new Interval(7, 7)], Count = new SampleCount(3), Method = SampleMethod.Grid }.Draw());

    [Fact]
    public void On_a_boundary_are_those_points_of_the_grid_that_lie_there_each_once() =>
        RandomSamples.OnGrids.Where(grid => grid.BoundaryOf is not null).Sample(grid =>
        {
            var around = grid.Draw();
            var inside = (grid with { Box = grid.BoundaryOf, BoundaryOf = null }).Draw().Where(point => BoundaryTests.IsOnBoundary(point, grid.BoundaryOf!));
            Assert.Equal(inside.Select(point => string.Join(' ', point)).Order(), around.Select(point => string.Join(' ', point)).Order());
            Assert.Equal(around.Select(point => BoundaryTests.FirstFaceOf(point, grid.BoundaryOf!)).Order(),
                around.Select(point => BoundaryTests.FirstFaceOf(point, grid.BoundaryOf!)));
        }, iter: RandomCases.Count(200));

    [Theory]
    [InlineData(4, 2)]
    [InlineData(200, 2)]
    [InlineData(26, 3)]
    public void A_number_of_points_on_a_boundary_is_that_of_all_of_them(int count, int axes) =>
        Assert.Equal(count, new SampleSpec
        {
            BoundaryOf = [.. Enumerable.Repeat(new Interval(0, 1), axes)],
            Count = new SampleCount(count),
            Method = SampleMethod.Grid,
        }.Draw().Select(point => string.Join(' ', point)).Distinct().Count());
}
