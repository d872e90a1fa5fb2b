using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Objectives;

/// <summary>Losses over points that the service draws.</summary>
[Collection(SharedApplication.Name)]
public sealed class DrawnPointsTests(GradApplication application)
{
    private const string Path = "/v1/objectives";

    private const string Sobol = """{ "name": "interior", "sample": { "box": [[0, 1]], "count": 16, "seed": 3 } }""";

    [Theory]
    [InlineData("float32")]
    [InlineData("float64")]
    public async Task A_loss_over_drawn_points_is_that_over_the_same_points_sent(string dtype)
    {
        var request = GoodRequests.Objective().With("points[0]", Sobol).With("network.dtype", $"\"{dtype}\"")
            .With("return", """["parameterGradients", "residuals", "points"]""");
        var drawn = await application.SucceedAsync(Path, request);
        Assert.Equal(16, drawn["points"]!["interior"]!.AsArray().Count);
        Assert.Equal("[[0],[1]]", drawn["points"]!["boundary"]!.ToJsonString());

        var sent = new JsonObject { ["name"] = "interior", ["inputs"] = drawn["points"]!["interior"]!.DeepClone() };
        var again = await application.SucceedAsync(Path, request.With("points[0]", sent.ToJsonString()));
        Assert.Equal(drawn["value"]!.ToJsonString(), again["value"]!.ToJsonString());
        Assert.Equal(drawn["terms"]!.ToJsonString(), again["terms"]!.ToJsonString());
        Assert.Equal(drawn["parameterGradients"]!.ToJsonString(), again["parameterGradients"]!.ToJsonString());
    }

    [Fact]
    public async Task A_boundary_can_be_drawn_and_carry_a_condition()
    {
        var request = GoodRequests.Objective()
            .With("points[1]", """{ "name": "boundary", "sample": { "boundaryOf": [[0, 1]], "count": 2, "method": "grid" } }""")
            .With("return", """["points"]""");
        Assert.Equal("[[0],[1]]", (await application.SucceedAsync(Path, request))["points"]!["boundary"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{ "name": "interior" }""", "points[0].inputs", "Expected an array, or \"sample\" instead of it, got nothing.")]
    [InlineData("""{ "name": "interior", "inputs": [[0]], "sample": { "box": [[0, 1]], "count": 16 } }""", "points[0]",
        "Expected either inputs or sample, got both.")]
    [InlineData("""{ "name": "interior", "sample": { "box": [[0, 1], [0, 1]], "count": 16 } }""", "points[0].sample.box",
        "Expected 1 pair [low, high], as an input sample has 1 element, got 2.")]
    public async Task A_set_has_either_points_or_a_sample(string set, string path, string message) =>
        (await ProblemAnswer.PostAsync(application, Path, GoodRequests.Objective().With("points[0]", set).ToJsonString())).AssertSays(400, path, message);

    [Fact]
    public async Task Too_many_points_are_refused_before_one_is_drawn()
    {
        var request = GoodRequests.Objective().With("points[0]", """{ "name": "interior", "sample": { "box": [[0, 1]], "count": 2147483647 } }""");
        Assert.Equal(413, (await ProblemAnswer.PostAsync(application, Path, request.ToJsonString())).Status);
    }
}
