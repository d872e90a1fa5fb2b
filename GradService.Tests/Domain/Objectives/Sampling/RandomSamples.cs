using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Objectives.Sampling;

namespace GradService.Tests.Domain.Objectives.Sampling;

/// <summary>Points to draw: boxes of one to four axes, some without width, and boundaries, by every method.</summary>
internal static class RandomSamples
{
    public static Gen<long> Seeds { get; } = Gen.Frequency((2, Gen.Long), (1, Gen.Long[0, 3]));

    private static Gen<Interval> Intervals { get; } = Gen.Select(Gen.Double[-1e3, 1e3], Gen.Double[1e-3, 1e3], (low, width) => new Interval(low, low + width));

    private static Gen<Interval> Points { get; } = Gen.Double[-1e3, 1e3].Select(place => new Interval(place, place));

    private static Gen<SampleMethod> Methods { get; } = Gen.OneOf(SampleMethod.Uniform, SampleMethod.Sobol, SampleMethod.LatinHypercube);

    /// <summary>Drawn by chance in a box with a width along at least one axis.</summary>
    public static Gen<SampleSpec> InBoxes { get; } =
        Gen.Select(Intervals, Gen.Frequency((3, Intervals), (1, Points)).Array[0, 3], Gen.Int[1, 200], Methods, Seeds, (first, others, count, method, seed) =>
            new SampleSpec { Box = [first, .. others], Count = new SampleCount(count), Method = method, Seed = seed });

    /// <summary>Drawn by chance on boundaries.</summary>
    public static Gen<SampleSpec> OnBoundaries { get; } =
        Gen.Select(Intervals.Array[2, 4], Gen.Int[1, 200], Methods, Seeds, (box, count, method, seed) =>
            new SampleSpec { BoundaryOf = box, Count = new SampleCount(count), Method = method, Seed = seed });

    /// <summary>Grids in boxes and on boundaries.</summary>
    public static Gen<SampleSpec> OnGrids { get; } =
        Gen.Select(Gen.Select(Intervals, Gen.Int[2, 6]).Array[1, 4], Gen.Bool, (axes, boundary) =>
        {
            var (box, count) = (axes.Select(axis => axis.Item1).ToList(), new SampleCount([.. axes.Select(axis => axis.Item2)]));
            return boundary
                ? new SampleSpec { BoundaryOf = box, Count = count, Method = SampleMethod.Grid }
                : new SampleSpec { Box = box, Count = count, Method = SampleMethod.Grid };
        });

    public static Gen<SampleSpec> All { get; } = Gen.OneOf(InBoxes, OnBoundaries, OnGrids);

    /// <summary>Draws in the unit cube.</summary>
    public static double[][] InUnitCube(SampleMethod method, int axes, int count, long seed) =>
        Draw(new SampleSpec { Box = [.. Enumerable.Repeat(new Interval(0, 1), axes)], Count = new SampleCount(count), Method = method, Seed = seed });

    public static DrawnPoints Resolve(this SampleSpec sample) =>
        DrawnPoints.Resolve(sample, "points[0].sample", (sample.Box ?? sample.BoundaryOf)!.Count, Dtype.Float64);

    /// <summary>The points, each by its coordinates.</summary>
    public static double[][] Draw(this SampleSpec sample) => PointsOf(sample.Resolve().Draw());

    public static double[][] PointsOf(NdArray points) => [.. points.Doubles.ToArray().Chunk((int)points.Shape[1])];
}
