namespace GradService.Domain.Objectives.Sampling;

/// <summary>Where points are drawn: a box, which is one piece, or its boundary, whose pieces are its faces in order.</summary>
/// <param name="Box">The box, axis by axis.</param>
/// <param name="IsBoundary">Whether its boundary is meant.</param>
internal sealed record Region(IReadOnlyList<Interval> Box, bool IsBoundary)
{
    public int Pieces => IsBoundary ? 2 * Box.Count : 1;

    /// <summary>Along how many axes of the box its points differ.</summary>
    public int FreeAxes { get; } = Box.Count(interval => !interval.IsPoint);

    /// <summary>Along how many axes the points of a piece differ.</summary>
    public int FreeAxesOfPiece => IsBoundary ? FreeAxes - 1 : FreeAxes;

    /// <summary>What all points of a piece have along an axis; null where they differ.</summary>
    public double? FixedAt(int piece, int axis) => IsBoundary && piece / 2 == axis ? piece % 2 == 0 ? Box[axis].Low : Box[axis].High
        : Box[axis].IsPoint ? Box[axis].Low
        : null;

    /// <summary>
    /// How many points each piece has of so many: by its area, rounded down, those that are left over going one each to where most was rounded
    /// off, the first of equals first (largest remainders).
    /// </summary>
    public long[] Shares(long count)
    {
        if (!IsBoundary)
        {
            return [count];
        }

        // A face's area is that of the box over the width across it. Ratios of widths neither overflow nor vanish all at once.
        var narrowest = Box.Min(interval => interval.Width);
        var areas = Enumerable.Range(0, Pieces).Select(face => narrowest / Box[face / 2].Width).ToArray();
        var whole = areas.Sum();
        var exact = areas.Select(area => count * (area / whole)).ToArray();
        var shares = exact.Select(share => (long)share).ToArray();
        var left = (int)(count - shares.Sum());
        foreach (var face in Enumerable.Range(0, Pieces).OrderByDescending(face => exact[face] - shares[face]).Take(left))
        {
            shares[face]++;
        }

        return shares;
    }
}
