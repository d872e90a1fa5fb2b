using GradService.Domain.Arrays;

namespace GradService.Domain.Objectives.Sampling;

/// <summary>A grid with so many points along each axis, ends included; on a boundary those of its points that lie there, each once.</summary>
/// <param name="Region">Where it lies.</param>
/// <param name="AlongAxes">Points along each axis: at least 2, and 1 where the box has no width.</param>
internal sealed record Grid(Region Region, IReadOnlyList<int> AlongAxes)
{
    /// <summary>The most axes: with more of them, 2 points along each are more than can be counted out.</summary>
    public const int MaxAxes = 30;

    /// <summary>As many along each axis that has a width.</summary>
    public static Grid Even(Region region, int alongEach) => new(region, [.. region.Box.Select(interval => interval.IsPoint ? 1 : alongEach)]);

    /// <summary>The grid as even as any, with as many points as are asked for or the nearest number of them, the smaller of two.</summary>
    public static Grid Nearest(Region region, long count)
    {
        var (few, many) = (2, int.MaxValue);
        while (many - few > 1)
        {
            var middle = few + ((many - few) / 2);
            (few, many) = Even(region, middle).Count <= count ? (middle, many) : (few, middle);
        }

        var (below, above) = (Even(region, few), Even(region, many));
        return Math.Abs(count - below.Count) <= above.Count - count ? below : above;
    }

    /// <summary>Of all points; <see cref="long.MaxValue"/> where it would exceed that.</summary>
    public long Count => Enumerable.Range(0, Region.Pieces).Aggregate(0L, (sum, piece) => sum.SaturatingPlus(CountOf(piece)));

    /// <summary>Of the points of a piece.</summary>
    public long CountOf(int piece) => Enumerable.Range(0, AlongAxes.Count).Aggregate(1L, (product, axis) => product.SaturatingTimes(Size(piece, axis)));

    /// <summary>How many numbers the points of a piece have along an axis. A point on several faces is on the first, so that others begin behind it.</summary>
    public long Size(int piece, int axis) => Region.FixedAt(piece, axis) is not null ? 1 : AlongAxes[axis] - (2 * Skipped(piece, axis));

    /// <summary>One of those numbers, as a part of the way from the low end to the high one.</summary>
    public double Number(int piece, int axis, long index) => (double)(index + Skipped(piece, axis)) / (AlongAxes[axis] - 1);

    /// <summary>Points at each end of an axis that earlier faces have.</summary>
    private int Skipped(int piece, int axis) => Region.IsBoundary && axis < piece / 2 ? 1 : 0;
}
