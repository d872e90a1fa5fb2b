using System.Text.Json.Nodes;
using GradService.Tests.Api;
using GradService.Tests.Oracles;

namespace GradService.Tests.Goldens;

/// <summary>What the service promises for the network of the forum's question at seed 7, in the numbers of the promise.</summary>
[Collection(SharedApplication.Name)]
public sealed class ForumTests(GradApplication application)
{
    [Theory]
    [InlineData("train")]
    [InlineData("trainDetached")]
    [InlineData("eval")]
    [InlineData("movingAverage")]
    [InlineData("reference")]
    public async Task Outputs_equal_PyTorchs_to_1e_minus_6(string mode)
    {
        var golden = Case($"forum/{mode}/float32");
        var answer = await AskAsync(golden, "sum");
        var (expected, actual) = (Numbers.Of(golden["expected"]!["outputs"]), Numbers.Of(answer["outputs"]));
        Numbers.AssertClose(expected, actual, 1e-6, $"outputs under {mode}", scale: 1);
    }

    [Fact]
    public async Task The_sum_under_train_is_below_1e_minus_4_and_explained()
    {
        var answer = await AskAsync(Case("forum/train/float32"), "sum");
        Assert.InRange(Numbers.Of(answer["gradients"]).MaxAbsolute, 0, 1e-4);
        Assert.Contains("sum-gradient-vanishes", answer["diagnostics"]!["findings"]!.AsArray().Select(finding => finding!["code"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("rowByRow")]
    [InlineData("structured")]
    public async Task Own_gradients_under_train_in_float32_equal_the_float64_Jacobians_diagonal_to_1e_minus_5(string strategy)
    {
        var golden = Case("forum/train/float32");
        var answer = await AskAsync(golden, "perSample", strategy);
        Numbers.AssertClose(Numbers.Of(golden["expected"]!["float64PerSample"]), Numbers.Of(answer["gradients"]), 1e-5, "perSample under train");
    }

    [Fact]
    public async Task The_sum_under_trainDetached_in_float32_equals_that_of_the_float64_Jacobian_with_frozen_statistics_to_1e_minus_5()
    {
        var golden = Case("forum/trainDetached/float32");
        var answer = await AskAsync(golden, "sum");
        Numbers.AssertClose(Numbers.Of(golden["expected"]!["float64Sum"]), Numbers.Of(answer["gradients"]), 1e-5, "sum under trainDetached");
    }

    [Theory]
    [InlineData("forum/train/float64", "perSample")]
    [InlineData("forum/trainDetached/float64", "sum")]
    public async Task In_float64_they_equal_it_to_1e_minus_10(string name, string kind)
    {
        var golden = Case(name);
        var answer = await AskAsync(golden, kind);
        Numbers.AssertClose(Numbers.Of(golden["expected"]![kind]), Numbers.Of(answer["gradients"]), 1e-10, $"{name} {kind}");
    }

    /// <summary>The state is the service's own, as a training loop would hand it back; the figures are those of the forum's module.</summary>
    [Theory]
    [InlineData("float32", 1e-6)]
    [InlineData("float64", 1e-12)]
    public async Task Moving_averages_handed_back_over_three_calls_reproduce_the_forums_module(string dtype, double tolerance)
    {
        JsonObject? state = null;
        foreach (var call in new[] { 1, 2, 3 })
        {
            var golden = Case($"forum-three-calls/movingAverage-{call}/{dtype}");
            var request = golden["request"]!.DeepClone();
            request["gradient"] = new JsonObject { ["kind"] = "perSample" };
            request["network"]!.AsObject().Remove("parameters");
            if (state is not null)
            {
                request["network"]!["parameters"] = state;
            }

            var answer = await application.SucceedAsync("/v1/gradients", request);
            Numbers.AssertClose(Numbers.Of(golden["expected"]!["outputs"]), Numbers.Of(answer["outputs"]), tolerance, $"outputs of call {call}", scale: 1);
            Numbers.AssertClose(Numbers.Of(golden["expected"]!["perSample"]), Numbers.Of(answer["gradients"]), 10 * tolerance, $"gradients of call {call}");
            var layer = answer["batchNorm"]!["layers"]![0]!;
            Assert.Equal(call, layer["batchesTracked"]!.GetValue<int>());
            state = new JsonObject
            {
                ["2.running_mean"] = layer["runningMean"]!.DeepClone(),
                ["2.running_var"] = layer["runningVariance"]!.DeepClone(),
                ["2.num_batches_tracked"] = layer["batchesTracked"]!.DeepClone(),
            };
        }
    }

    private static JsonNode Case(string name) => GoldenFiles.Cases("forum.json")[name];

    private async Task<JsonNode> AskAsync(JsonNode golden, string kind, string? strategy = null)
    {
        var request = golden["request"]!.DeepClone();
        request["gradient"] = new JsonObject { ["kind"] = kind };
        if (strategy is not null)
        {
            request["gradient"]!["strategy"] = strategy;
        }

        return await application.SucceedAsync("/v1/gradients", request);
    }
}
