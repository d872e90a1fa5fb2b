using System.Text;
using System.Text.Json;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Values;
using GradService.Domain.Faults;
using GradService.Domain.Objectives.Sampling;
using Microsoft.OpenApi;

namespace GradService.Tests.Api.Wire.Values;

/// <summary>How points to draw travel: an interval as its two ends, their number as an integer or a list of them.</summary>
public sealed class SampleValuesTests
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { FieldTypes.Of(typeof(Interval))!.Converter!, FieldTypes.Of(typeof(SampleCount))!.Converter! },
    };

    [Fact]
    public void A_sample_is_read_with_its_defaults()
    {
        var sample = Read("""{"box": [[0, 1], [-1.5, 2e3]], "count": 2000}""");
        Assert.Equal([new Interval(0, 1), new Interval(-1.5, 2000)], sample.Box!);
        Assert.Equal((2000, null, SampleMethod.Sobol, 0), (sample.Count.Total, sample.Count.AlongAxes, sample.Method, sample.Seed));
    }

    [Fact]
    public void A_count_may_be_a_list_and_a_seed_any_integer()
    {
        var sample = Read("""{"boundaryOf": [[0, 1]], "count": [3, 4], "method": "latinHypercube", "seed": -9223372036854775808}""");
        Assert.Equal([3, 4], sample.Count.AlongAxes!);
        Assert.Equal((null, SampleMethod.LatinHypercube, long.MinValue), (sample.Count.Total, sample.Method, sample.Seed));
    }

    [Theory]
    [InlineData("""{"box": [[0, 1]]}""", "count", "Expected an integer of at least 1, or for a grid a list of such, one per axis, got nothing.")]
    [InlineData("""{"box": [[0, 1]], "count": 0}""", "count", "Expected an integer of at least 1, or for a grid a list of such, one per axis, got 0.")]
    [InlineData("""{"box": [[0, 1]], "count": 1e3}""", "count", "Expected an integer of at least 1, written without point or exponent, got 1e3.")]
    [InlineData("""{"box": [[0, 1]], "count": []}""", "count",
        "Expected an integer of at least 1, or for a grid a list of such, one per axis, got an empty list.")]
    [InlineData("""{"box": [[0, 1]], "count": [3, -4]}""", "count[1]", "Expected an integer of at least 1, got -4.")]
    [InlineData("""{"box": [[0, 1]], "count": [[3]]}""", "count[0]", "Expected an integer of at least 1, got a list.")]
    [InlineData("""{"box": [], "count": 3}""", "box", "Expected a list of at least 1 entry, got an empty list.")]
    [InlineData("""{"box": [[0, 1], 5], "count": 3}""", "box[1]", "Expected a list of two numbers, low and high, got 5.")]
    [InlineData("""{"box": [[0]], "count": 3}""", "box[0]", "Expected a list of two numbers, low and high, got 1 entry.")]
    [InlineData("""{"box": [[]], "count": 3}""", "box[0]", "Expected a list of two numbers, low and high, got an empty list.")]
    [InlineData("""{"box": [[0, 1, 2]], "count": 3}""", "box[0]", "Expected a list of two numbers, low and high, got 3 entries.")]
    [InlineData("""{"box": [[0, "1"]], "count": 3}""", "box[0][1]", "Expected a number, got '1'.")]
    [InlineData("""{"box": [[0, 1e999]], "count": 3}""", "box[0][1]", "Expected a number, got 1e999.")]
    [InlineData("""{"box": [[0, [1, 2]]], "count": 3}""", "box[0][1]", "Expected a number, got a list.")]
    [InlineData("""{"box": [[0, 1]], "count": 3, "method": "sobel"}""", "method",
        "Expected one of grid, uniform, sobol, latinHypercube, got 'sobel'. Did you mean 'sobol'?")]
    [InlineData("""{"box": [[0, 1]], "count": 3, "seed": 0.5}""", "seed", "Expected an integer, written without point or exponent, got 0.5.")]
    public void What_is_none_is_refused_where_it_stands(string json, string path, string message)
    {
        var fault = Assert.Single(Assert.Throws<FaultException>(() => Read(json)).Faults);
        Assert.Equal((path, message), (fault.Path, fault.Message));
    }

    [Theory]
    [InlineData("[0,0.1]")]
    [InlineData("[-1E+300,3]")]
    public void An_interval_is_written_as_it_is_read(string json) =>
        Assert.Equal(json, Written(Read($$"""{"box": [{{json}}], "count": 1}""").Box![0]));

    [Theory]
    [InlineData("7")]
    [InlineData("[7,8]")]
    public void A_count_is_written_as_it_is_read(string json) => Assert.Equal(json, Written(Read($$"""{"box": [[0, 1]], "count": {{json}}}""").Count));

    [Fact]
    public void The_schema_of_an_interval_is_a_pair()
    {
        var schema = FieldTypes.Of(typeof(Interval))!.Schema();
        Assert.Equal((JsonSchemaType.Array, 2, 2, JsonSchemaType.Number), (schema.Type, schema.MinItems, schema.MaxItems, schema.Items!.Type));
    }

    [Fact]
    public void The_schema_of_a_count_is_an_integer_or_a_list() =>
        Assert.Equal([JsonSchemaType.Integer, JsonSchemaType.Array], FieldTypes.Of(typeof(SampleCount))!.Schema().OneOf!.Select(form => form.Type));

    private static SampleSpec Read(string json) => RequestReader.Read<SampleSpec>(Encoding.UTF8.GetBytes(json));

    private static string Written<T>(T value) => JsonSerializer.Serialize(value, Json);
}
