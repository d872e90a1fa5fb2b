using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Objectives.Sampling;

namespace GradService.Tests.Goldens;

/// <summary>Points are drawn from the published numbers, and are the same to the last bit wherever they are drawn.</summary>
public sealed class SamplingGoldenTests
{
    private const string File = "sampling.json";
    private const string Numbers = "sobol/direction numbers";

    public static TheoryData<string> Samples() => [.. GoldenFiles.Cases(File).Keys.Where(name => name != Numbers)];

    [Fact]
    public void Direction_numbers_are_SciPys()
    {
        var golden = GoldenFiles.Cases(File)[Numbers]["numbers"]!.AsArray();
        Assert.Equal(golden.Count, Sobol.MaxAxes);
        Assert.All(golden.Index(), axis => Assert.Equal(axis.Item!.AsArray().Select(number => number!.GetValue<uint>()), SobolNumbers.Of(axis.Index)));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Points_are_the_same_to_the_last_bit(string name)
    {
        var golden = GoldenFiles.Cases(File)[name];
        var expected = golden["expected"]!.AsArray();
        var sample = RequestReader.Read<SampleSpec>(Encoding.UTF8.GetBytes(golden["sample"]!.ToJsonString()));
        var points = DrawnPoints.Resolve(sample, "points[0].sample", expected[0]!.AsArray().Count, Dtype.Float64).Draw();
        Assert.Equal(expected.Count, points.Shape[0]);
        Assert.Equal(expected.SelectMany(point => point!.AsArray()).Select(Bits), points.Doubles.ToArray().Select(BitConverter.DoubleToInt64Bits));
    }

    private static long Bits(JsonNode? number) => BitConverter.DoubleToInt64Bits(number!.GetValue<double>());
}
