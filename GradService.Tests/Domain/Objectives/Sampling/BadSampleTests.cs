using System.Text;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Objectives.Sampling;

namespace GradService.Tests.Domain.Objectives.Sampling;

/// <summary>Points that cannot be drawn are refused at the field, with what would have been right.</summary>
public sealed class BadSampleTests
{
    private const string Path = "points[0].sample";

    [Theory]
    [InlineData("""{"count": 3}""", "", "Expected either box or boundaryOf, got neither.")]
    [InlineData("""{"box": [[0, 1], [0, 1]], "boundaryOf": [[0, 1], [0, 1]], "count": 3}""", "", "Expected either box or boundaryOf, got both.")]
    [InlineData("""{"box": [[0, 1]], "count": 3}""", ".box", "Expected 2 pairs [low, high], as an input sample has 2 elements, got 1.")]
    [InlineData("""{"boundaryOf": [[0, 1], [0, 1], [0, 1]], "count": 3}""", ".boundaryOf",
        "Expected 2 pairs [low, high], as an input sample has 2 elements, got 3.")]
    [InlineData("""{"box": [[0, 1], [1, -1]], "count": 3}""", ".box[1]", "Expected [low, high] with low at most high, got [1, -1]. Write [-1, 1].")]
    [InlineData("""{"box": [[0, 1], [-1e308, 1e308]], "count": 3}""", ".box[1]", "Expected a width within float64's range, got [-1E+308, 1E+308].")]
    [InlineData("""{"boundaryOf": [[2, 2], [0, 1]], "count": 3}""", ".boundaryOf[0]",
        "Expected [low, high] with low below high, as a boundary is that of a box with a width along each axis, got [2, 2]. "
        + "To draw points on one face, give it as box.")]
    [InlineData("""{"box": [[0, 1], [0, 1]], "count": [3, 3]}""", ".count",
        "Expected an integer, as only a grid has a number of points along each axis, got a list of 2. "
        + "Add \"method\": \"grid\", or write how many points there are.")]
    [InlineData("""{"box": [[0, 1], [0, 1]], "count": [3, 3, 3], "method": "grid"}""", ".count",
        "Expected an integer, or a list of 2, one per axis of the box, got a list of 3.")]
    [InlineData("""{"box": [[0, 1], [0, 1]], "count": [3, 1], "method": "grid"}""", ".count[1]",
        "Expected an integer of at least 2, as a grid has both ends of each axis, got 1.")]
    [InlineData("""{"box": [[0, 1], [4, 4]], "count": [3, 2], "method": "grid"}""", ".count[1]",
        "Expected 1, as the box has no width along this axis, got 2.")]
    [InlineData("""{"box": [[0, 1], [4, 4]], "count": 1, "method": "grid"}""", ".count",
        "Expected an integer of at least 2, as a grid has both ends, got 1.")]
    [InlineData("""{"box": [[0, 1], [-1, 1]], "count": 2000, "method": "grid"}""", ".count",
        "Expected k^2, a grid of k points along each axis, or a list of 2 integers, one per axis, got 2000. "
        + "The nearest is 2025, with 45 points along each axis.")]
    [InlineData("""{"box": [[0, 1], [-1, 1]], "count": 1, "method": "grid"}""", ".count",
        "Expected k^2, a grid of k points along each axis, or a list of 2 integers, one per axis, got 1. The nearest is 4, with 2 points along each axis.")]
    [InlineData("""{"box": [[0, 1], [-1, 1]], "count": 2147483647, "method": "grid"}""", ".count",
        "Expected k^2, a grid of k points along each axis, or a list of 2 integers, one per axis, got 2147483647. "
        + "The nearest is 2147488281, with 46341 points along each axis.")]
    [InlineData("""{"boundaryOf": [[0, 1], [-1, 1]], "count": 202, "method": "grid"}""", ".count",
        "Expected k^2 - (k - 2)^2, the points on the boundary of a grid of k points along each axis, or a list of 2 integers, one per axis, got 202. "
        + "The nearest is 200, with 51 points along each axis.")]
    [InlineData("""{"box": [[3, 3], [4, 4]], "count": 2}""", ".count", "Expected 1, as the box is a single point, got 2.")]
    [InlineData("""{"box": [[3, 3], [4, 4]], "count": 2, "method": "grid"}""", ".count", "Expected 1, as the box is a single point, got 2.")]
    public void Each_has_its_message(string json, string path, string message) => AssertRefused(Read(json), 2, Dtype.Float64, path, message);

    [Theory]
    [InlineData("""{"box": [[0, 1], [0, 1]], "count": 3}""", ".box", "Expected 1 pair [low, high], as an input sample has 1 element, got 2.")]
    [InlineData("""{"boundaryOf": [[0, 1]], "count": 3}""", ".count", "Expected 2, as the boundary of an interval is its two ends, got 3.")]
    [InlineData("""{"boundaryOf": [[0, 1]], "count": 1, "method": "grid"}""", ".count", "Expected 2, as the boundary of an interval is its two ends, got 1.")]
    public void Each_has_its_message_in_one_dimension(string json, string path, string message) => AssertRefused(Read(json), 1, Dtype.Float64, path, message);

    [Theory]
    [InlineData("""{"box": [[0, 1e39]], "count": 3}""", "Expected two numbers within float32's range, got [0, 1E+39]. Use dtype float64.")]
    [InlineData("""{"box": [[1, 1.00000001]], "count": 3}""", "Expected two numbers that differ in float32, got [1, 1.00000001]. Use dtype float64.")]
    public void Ends_that_float32_does_not_have_are_refused_under_float32_alone(string json, string message)
    {
        AssertRefused(Read(json), 1, Dtype.Float32, ".box[0]", message);
        Assert.Equal(3, DrawnPoints.Resolve(Read(json), Path, 1, Dtype.Float64).Count);
    }

    [Theory]
    [InlineData(SampleMethod.Sobol, 102, "Expected latinHypercube or uniform, as sobol draws along at most 101 axes and here are 102, got sobol. "
        + "Use latinHypercube.")]
    [InlineData(SampleMethod.Grid, 31, "Expected latinHypercube, sobol or uniform, as a grid along 31 axes has more than 2^30 points, got grid.")]
    public void A_method_has_no_more_axes_than_it_can(SampleMethod method, int axes, string message)
    {
        var box = new SampleSpec { Box = [.. Enumerable.Repeat(new Interval(0, 1), axes)], Count = new SampleCount(5), Method = method };
        AssertRefused(box, axes, Dtype.Float64, ".method", message);

        // An axis without width takes no part.
        var count = method == SampleMethod.Grid ? 1 << 30 : 5;
        var flat = box with { Box = [new Interval(1, 1), .. box.Box!.Skip(1)], Count = new SampleCount(count) };
        Assert.Equal(count, DrawnPoints.Resolve(flat, Path, axes, Dtype.Float64).Count);
    }

    [Fact]
    public void Each_interval_that_is_none_is_named()
    {
        var sample = Read("""{"box": [[1, 0], [0, 1], [2, 1]], "count": 3}""");
        var refused = Assert.Throws<FaultException>(() => DrawnPoints.Resolve(sample, Path, 3, Dtype.Float64));
        Assert.Equal([$"{Path}.box[0]", $"{Path}.box[2]"], refused.Faults.Select(fault => fault.Path));
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    public void Numbers_that_JSON_does_not_have_are_refused_too(double low, double high) =>
        AssertRefused(new SampleSpec { Box = [new Interval(low, high)], Count = new SampleCount(1) }, 1, Dtype.Float64, ".box[0]",
            $"Expected two finite numbers, got [{low}, {high}].");

    [Fact]
    public void No_points_are_refused() =>
        AssertRefused(new SampleSpec { Box = [new Interval(0, 1)], Count = new SampleCount(0) }, 1, Dtype.Float64, ".count",
            "Expected an integer of at least 1, got 0.");

    private static void AssertRefused(SampleSpec sample, long elements, Dtype dtype, string path, string message)
    {
        var fault = Assert.Single(Assert.Throws<FaultException>(() => DrawnPoints.Resolve(sample, Path, elements, dtype)).Faults);
        Assert.Equal((FaultCode.Invalid, Path + path, message), (fault.Code, fault.Path, fault.Message));
    }

    private static SampleSpec Read(string json) => RequestReader.Read<SampleSpec>(Encoding.UTF8.GetBytes(json));
}
