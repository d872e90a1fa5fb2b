using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Objectives.Sampling;

/// <summary>
/// The points of a request that has been checked: how many they are is known before any is drawn, and each can be drawn without the others.
/// </summary>
public sealed class DrawnPoints
{
    private readonly Region _region;
    private readonly Grid? _grid;
    private readonly SampleMethod _method;
    private readonly long _seed;

    /// <summary>Of the points of each piece of the region.</summary>
    private readonly long[] _counts;

    private DrawnPoints(SampleSpec spec, Region region, Grid? grid)
    {
        (_region, _grid, _method, _seed) = (region, grid, spec.Method, spec.Seed);
        _counts = grid is null ? region.Shares(spec.Count.Total!.Value) : [.. Enumerable.Range(0, region.Pieces).Select(grid.CountOf)];
        Count = _counts.Aggregate(0L, SaturatingArithmetic.SaturatingPlus);
    }

    /// <summary>What a request asks for.</summary>
    /// <param name="spec">The request.</param>
    /// <param name="path">Where it stands, as faults say it: "points[0].sample".</param>
    /// <param name="elements">The elements of an input sample.</param>
    /// <param name="dtype">The precision in which the network takes the points.</param>
    /// <exception cref="FaultException">The box is none or has another number of axes, or the method cannot draw that many points there.</exception>
    public static DrawnPoints Resolve(SampleSpec spec, string path, long elements, Dtype dtype)
    {
        if (spec is { Method: not SampleMethod.Grid, Count.AlongAxes: [var total] })
        {
            // As clients write it that know counts as lists alone.
            spec = spec with { Count = new SampleCount(total) };
        }

        var region = SampleCheck.RegionOf(spec, path, elements, dtype);
        SampleCheck.CheckMethod(spec, path, region);
        return new DrawnPoints(spec, region, SampleCheck.GridOf(spec, path, region));
    }

    /// <summary>How many points there are; <see cref="long.MaxValue"/> where a grid has more than that.</summary>
    public long Count { get; }

    /// <summary>All points.</summary>
    /// <returns>[Count, elements] in float64.</returns>
    public NdArray Draw() => Rows(0, Count);

    /// <summary>Some points in a row.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many.</param>
    /// <returns>[count, elements] in float64.</returns>
    public NdArray Rows(long first, long count)
    {
        var axes = _region.Box.Count;
        var values = new double[checked(count * axes)];
        var start = 0L;
        for (var piece = 0; piece < _counts.Length && start < first + count; start += _counts[piece++])
        {
            var (from, to) = (Math.Max(first, start), Math.Min(first + count, start + _counts[piece]));
            if (from >= to)
            {
                continue;
            }

            foreach (var (axis, coordinate) in Coordinates(piece).Index())
            {
                for (var row = from; row < to; row++)
                {
                    values[((row - first) * axes) + axis] = coordinate(row - start);
                }
            }
        }

        return new NdArray(new Shape(count, axes), values);
    }

    /// <summary>For each axis the coordinate by the row within a piece.</summary>
    private IEnumerable<Func<long, double>> Coordinates(int piece)
    {
        var (free, together) = (0, _counts[piece]);
        for (var axis = 0; axis < _region.Box.Count; axis++)
        {
            if (_region.FixedAt(piece, axis) is { } constant)
            {
                yield return _ => constant;
                continue;
            }

            // In a grid so many points in a row have the same number.
            together = _grid is null ? 1 : together / _grid.Size(piece, axis);
            var (interval, part) = (_region.Box[axis], Parts(piece, axis, together, new RandomNumbers(_seed, piece, free++)));
            yield return row => interval.At(part(row));
        }
    }

    /// <summary>How far along an axis a point is, from 0 to 1, by its row within a piece.</summary>
    private Func<long, double> Parts(int piece, int axis, long together, RandomNumbers random) => _method switch
    {
        SampleMethod.Grid => row => _grid!.Number(piece, axis, row / together % _grid.Size(piece, axis)),
        SampleMethod.Uniform => row => random.Uniform(RandomNumbers.Use.Points, row),
        SampleMethod.LatinHypercube => LatinHypercube.Along(random, _counts[piece]),
        _ => Sobol.Along(random),
    };
}
