using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;
using GradService.Tests.Oracles;
using static TorchSharp.torch;

namespace GradService.Tests.Goldens;

/// <summary>What a seed initialises is what PyTorch initialises, to the last bit.</summary>
public sealed class SeedTests
{
    public static TheoryData<string> Cases() => [.. GoldenFiles.Cases("seeds.json").Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_seed_gives_PyTorchs_parameters_to_the_last_bit(string name)
    {
        var golden = GoldenFiles.Cases("seeds.json")[name];
        var state = StateOf(golden["network"]!);
        if (golden["stateDict"] is JsonObject expected)
        {
            Assert.Equal(expected.Select(parameter => parameter.Key).Order(), state.Keys.Order());
            foreach (var (parameter, values) in expected)
            {
                Assert.Equal(Numbers.Of(values).Shape, state[parameter].Shape);
                AssertSameBits(Numbers.Of(values).Values, state[parameter].Values, parameter);
            }
        }
        else
        {
            var digest = golden["digest"]!.AsObject();
            Assert.Equal(digest.Select(parameter => parameter.Key).Order(), state.Keys.Order());
            foreach (var (parameter, summary) in digest)
            {
                var (shape, values) = state[parameter];
                Assert.Equal(summary!["shape"]!.AsArray().Select(size => size!.GetValue<int>()), shape);
                AssertSameBits(Numbers.Of(summary["first"]).Values, values[..Math.Min(5, values.Length)], parameter);
                AssertSameBits(Numbers.Of(summary["last"]).Values, values[^Math.Min(5, values.Length)..], parameter);

                // The digest's sum is rounded once, this one at every term: 30,000 terms below 1 in size.
                Assert.Equal(summary["sum"]!.GetValue<double>(), values.Sum(), 1e-9);
            }
        }
    }

    [Fact]
    public void Drawing_neither_uses_nor_moves_the_process_wide_generator()
    {
        using var scope = NewDisposeScope();
        var network = GoldenFiles.Cases("seeds.json").First(golden => golden.Key.StartsWith("residuals/seed 7/", StringComparison.Ordinal)).Value["network"]!;
        var before = StateOf(network);
        _ = rand(1000);
        var after = StateOf(network);
        Assert.All(before, parameter => AssertSameBits(parameter.Value.Values, after[parameter.Key].Values, parameter.Key));
    }

    private static void AssertSameBits(double[] expected, double[] actual, string what) =>
        Assert.True(expected.Select(BitConverter.DoubleToInt64Bits).SequenceEqual(actual.Select(BitConverter.DoubleToInt64Bits)), $"{what} differs");

    private static Dictionary<string, (int[] Shape, double[] Values)> StateOf(JsonNode network)
    {
        using var scope = NewDisposeScope();

        // As it would come over HTTP, so that a case of a new layer needs nothing here.
        var spec = RequestReader.Read<NetworkSpec>(Encoding.UTF8.GetBytes(network.ToJsonString()));
        var shape = NetworkShape.Infer(spec, new Limits());
        using var created = Network.Of(ParameterValues.Of(spec, shape));
        return shape.All.SelectMany(node => node.Parameters.Select(parameter => (Name: node.ParameterName(parameter), Tensor: created[node, parameter.Name])))
            .ToDictionary(each => each.Name, each => (each.Tensor.shape.Select(size => (int)size).ToArray(), each.Tensor.ToDoubles()));
    }
}
