using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Objectives.Sampling;

/// <summary>Whether points can be drawn as a request says.</summary>
internal static class SampleCheck
{
    private const int MaxFaults = 100;

    /// <summary>Where points are to be drawn.</summary>
    /// <exception cref="FaultException">There is no box or one too many, it has another number of axes, or an interval is none.</exception>
    public static Region RegionOf(SampleSpec spec, string path, long elements, Dtype dtype)
    {
        var (box, field) = (spec.Box, spec.BoundaryOf) switch
        {
            ({ } inside, null) => (inside, $"{path}.box"),
            (null, { } around) => (around, $"{path}.boundaryOf"),
            _ => throw new FaultException(Fault.Invalid(path, "either box or boundaryOf", spec.Box is null ? "neither" : "both")),
        };
        if (box.Count != elements)
        {
            throw new FaultException(Fault.Invalid(field, elements == 1
                ? "1 pair [low, high], as an input sample has 1 element"
                : $"{elements} pairs [low, high], as an input sample has {elements} elements", $"{box.Count}"));
        }

        var boundary = spec.BoundaryOf is not null;
        var faults = box.Index().SelectMany(each => Faults(each.Item, $"{field}[{each.Index}]", boundary, dtype)).Take(MaxFaults).ToList();
        return faults.Count == 0 ? new Region(box, boundary) : throw new FaultException(faults);
    }

    private static IEnumerable<Fault> Faults(Interval interval, string path, bool boundary, Dtype dtype)
    {
        if (!double.IsFinite(interval.Low) || !double.IsFinite(interval.High))
        {
            yield return Fault.Invalid(path, "two finite numbers", $"{interval}");
        }
        else if (interval.Low > interval.High)
        {
            yield return Fault.Invalid(path, "[low, high] with low at most high", $"{interval}", $"Write [{interval.High}, {interval.Low}].");
        }
        else if (boundary && interval.IsPoint)
        {
            yield return Fault.Invalid(path, "[low, high] with low below high, as a boundary is that of a box with a width along each axis", $"{interval}",
                "To draw points on one face, give it as box.");
        }
        else if (!double.IsFinite(interval.Width))
        {
            yield return Fault.Invalid(path, "a width within float64's range", $"{interval}");
        }
        else if (dtype == Dtype.Float32 && !(float.IsFinite((float)interval.Low) && float.IsFinite((float)interval.High)))
        {
            yield return Fault.Invalid(path, "two numbers within float32's range", $"{interval}", "Use dtype float64.");
        }
        else if (dtype == Dtype.Float32 && !interval.IsPoint && (float)interval.Low == (float)interval.High)
        {
            yield return Fault.Invalid(path, "two numbers that differ in float32", $"{interval}", "Use dtype float64.");
        }
    }

    /// <exception cref="FaultException">The method has not so many axes.</exception>
    public static void CheckMethod(SampleSpec spec, string path, Region region)
    {
        if (spec.Method == SampleMethod.Sobol && region.FreeAxesOfPiece > Sobol.MaxAxes)
        {
            throw new FaultException(Fault.Invalid($"{path}.method",
                $"latinHypercube or uniform, as sobol draws along at most {Sobol.MaxAxes} axes and here are {region.FreeAxesOfPiece}", "sobol",
                "Use latinHypercube."));
        }

        if (spec.Method == SampleMethod.Grid && region.FreeAxes > Grid.MaxAxes)
        {
            throw new FaultException(Fault.Invalid($"{path}.method",
                $"latinHypercube, sobol or uniform, as a grid along {region.FreeAxes} axes has more than 2^{Grid.MaxAxes} points", "grid"));
        }
    }

    /// <summary>The grid, where that is the method.</summary>
    /// <exception cref="FaultException">The count is none, or none that the method can have there.</exception>
    public static Grid? GridOf(SampleSpec spec, string path, Region region)
    {
        path = $"{path}.count";
        if (spec.Count.AlongAxes is { } alongAxes)
        {
            return spec.Method == SampleMethod.Grid ? OfList(alongAxes, path, region) : throw new FaultException(Fault.Invalid(path,
                "an integer, as only a grid has a number of points along each axis", $"a list of {alongAxes.Count}",
                "Add \"method\": \"grid\", or write how many points there are."));
        }

        var total = spec.Count.Total!.Value;
        if (total < 1)
        {
            throw new FaultException(Fault.Invalid(path, "an integer of at least 1", $"{total}"));
        }

        if (region.FreeAxesOfPiece == 0 && total != region.Pieces)
        {
            throw new FaultException(Fault.Invalid(path,
                region.IsBoundary ? "2, as the boundary of an interval is its two ends" : "1, as the box is a single point", $"{total}"));
        }

        return spec.Method == SampleMethod.Grid ? OfInteger(total, path, region) : null;
    }

    private static Grid OfList(IReadOnlyList<int> alongAxes, string path, Region region)
    {
        if (alongAxes.Count != region.Box.Count)
        {
            throw new FaultException(Fault.Invalid(path, $"an integer, or a list of {region.Box.Count}, one per axis of the box",
                $"a list of {alongAxes.Count}"));
        }

        var faults = alongAxes.Index().Where(each => region.Box[each.Index].IsPoint ? each.Item != 1 : each.Item < 2).Take(MaxFaults).Select(each =>
            Fault.Invalid($"{path}[{each.Index}]", region.Box[each.Index].IsPoint
                ? "1, as the box has no width along this axis"
                : "an integer of at least 2, as a grid has both ends of each axis", $"{each.Item}")).ToList();
        return faults.Count == 0 ? new Grid(region, alongAxes) : throw new FaultException(faults);
    }

    private static Grid OfInteger(int total, string path, Region region)
    {
        var (grid, axes) = (Grid.Nearest(region, total), region.FreeAxes);
        if (grid.Count == total)
        {
            return grid;
        }

        if (axes == 1)
        {
            throw new FaultException(Fault.Invalid(path, "an integer of at least 2, as a grid has both ends", $"{total}"));
        }

        var count = region.IsBoundary
            ? $"k^{axes} - (k - 2)^{axes}, the points on the boundary of a grid of k points along each axis"
            : $"k^{axes}, a grid of k points along each axis";
        throw new FaultException(Fault.Invalid(path, $"{count}, or a list of {region.Box.Count} integers, one per axis", $"{total}",
            $"The nearest is {grid.Count}, with {grid.AlongAxes.Max()} points along each axis."));
    }
}
