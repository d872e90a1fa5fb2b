using System.ComponentModel.DataAnnotations;

namespace GradService.Domain.Objectives.Sampling;

/// <summary>Points that the service draws, in a box or on its boundary: the same numbers wherever and however often.</summary>
public sealed record SampleSpec
{
    /// <summary>
    /// The box: [low, high] for each element of an input sample, in order; where both are the same, all points have that number. Either this or
    /// "boundaryOf".
    /// </summary>
    [MinLength(1)]
    public IReadOnlyList<Interval>? Box { get; init; }

    /// <summary>
    /// The box on whose boundary the points are: on its faces in order (axis 0 low, axis 0 high, axis 1 low, …), on each as many as its share of
    /// the area; in one dimension the two ends.
    /// </summary>
    [MinLength(1)]
    public IReadOnlyList<Interval>? BoundaryOf { get; init; }

    /// <summary>How many points; of a grid also a list of how many along each axis.</summary>
    [Range(1, int.MaxValue)]
    public required SampleCount Count { get; init; }

    /// <summary>How they are drawn.</summary>
    public SampleMethod Method { get; init; } = SampleMethod.Sobol;

    /// <summary>Other seeds give other points; a grid has none.</summary>
    public long Seed { get; init; }
}

/// <summary>How points are drawn.</summary>
public enum SampleMethod
{
    /// <summary>Evenly spaced along each axis, ends included, the last axis running fastest.</summary>
    Grid,

    /// <summary>Each by itself, all places equally likely.</summary>
    Uniform,

    /// <summary>
    /// The Sobol sequence with the direction numbers of Joe and Kuo (2008), shifted digitally by the seed: more even than random points are,
    /// and most so where the count is a power of two.
    /// </summary>
    Sobol,

    /// <summary>Of n equal parts of each axis each has one point.</summary>
    LatinHypercube,
}

/// <summary>What a box is along one axis.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end; the lower one again where all points are to have the same number.</param>
public sealed record Interval(double Low, double High)
{
    /// <summary>The number is the same for all points.</summary>
    internal bool IsPoint => Low == High;

    internal double Width => High - Low;

    /// <summary>What is a part of the way along, 0 at the lower end and 1 at the upper one: both ends are met exactly.</summary>
    internal double At(double part) => part < 1 ? Math.Min(Low + (Width * part), High) : High;

    public override string ToString() => $"[{Low}, {High}]";
}

/// <summary>How many points: of all of them, or of those along each axis of a grid.</summary>
public sealed record SampleCount
{
    /// <param name="total">Of all points.</param>
    public SampleCount(int total) => Total = total;

    /// <param name="alongAxes">Of the points along each axis of a grid.</param>
    public SampleCount(IReadOnlyList<int> alongAxes) => AlongAxes = alongAxes;

    /// <summary>The number of points; null where it is told by axis.</summary>
    public int? Total { get; }

    /// <summary>The number of points along each axis of a grid; null where the number of all points is told.</summary>
    public IReadOnlyList<int>? AlongAxes { get; }
}
