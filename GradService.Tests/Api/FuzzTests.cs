using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api;

/// <summary>
/// Good requests with something broken in them, thousands, the same every time: whatever comes, the answer is JSON, and never the
/// service's own fault.
/// </summary>
public sealed class FuzzTests : IClassFixture<FuzzTests.SmallApplication>
{
    private static readonly string[] ObjectiveSeeds =
    [
        GoodRequests.Objective().ToJsonString(),
        GoodRequests.Objective().With("batchNorm", """{ "mode": "train", "batches": "perSet", "layers": { "2": "movingAverage" }, "throughStatistics": true }""").With("derivative", "\"sum\"").ToJsonString(),
        GoodRequests.Objective().With("batchNorm", """{ "mode": "reference", "referenceInputs": [[1], [2]] }""").With("dropout", """{ "seed": 5 }""").With("diagnostics.finiteDifferences", "true").ToJsonString(),
        GoodRequests.Objective().With("network.layers[1]", """{ "type": "residual", "layers": [{ "type": "batchNorm" }, { "type": "relu" }] }""").With("batchNorm.mode", "\"train\"").ToJsonString(),
        GoodRequests.Objective().With("compare", """[{ "mode": "train", "derivative": "sum" }, { "mode": "trainDetached", "throughStatistics": false }, { "mode": "eval" }]""").ToJsonString(),
    ];

    private static readonly string[] GradientSeeds =
    [
        GoodRequests.Gradient().ToJsonString(),
        GoodRequests.Gradient().With("gradient", """{ "kind": "jacobian", "outputs": [1, 0], "strategy": "rowByRow" }""").With("dropout", """{ "seed": 5 }""").With("diagnostics.finiteDifferences", "true").ToJsonString(),
        GoodRequests.Gradient().With("batchNorm", """{ "mode": "movingAverage", "layers": { "2": "reference" }, "referenceInputs": [[1], [2]] }""").With("gradient", """{ "kind": "vjp", "cotangent": [[1, 2], [3, 4], [5, 6]] }""").ToJsonString(),
        GoodRequests.Gradient().With("network.parameters", """{ "0.weight": [[1], [2], [3]], "2.running_var": [1, 2, 3], "2.num_batches_tracked": 4 }""").With("gradient", """{ "kind": "jvp", "tangent": [[[1], [2], [3]]] }""").ToJsonString(),
        GoodRequests.Gradient().With("network.layers[1]", """{ "type": "residual", "layers": [{ "type": "linear", "outFeatures": 2 }, { "type": "gelu", "approximate": "tanh" }], "shortcut": [{ "type": "linear", "outFeatures": 2 }, { "type": "layerNorm" }] }""").ToJsonString(),
        GoodRequests.Forward().With("compare", """[{ "mode": "train", "kind": "sum" }, { "mode": "eval", "kind": "perSample" }]""").ToJsonString(),
    ];

    private readonly SmallApplication _application;

    public FuzzTests(SmallApplication application) => _application = application;

    /// <summary>Small limits, so that what is huge is refused and what is accepted is quick.</summary>
    public sealed class SmallApplication : GradApplication
    {
        public SmallApplication() => Settings =
        [
            ("Limits:MaxParameters", "10000"), ("Limits:MaxNativeBytes", "10000000"), ("Limits:MaxResultBytes", "100000"), ("Limits:MaxPasses", "1000"), ("Limits:QueueLength", "1000"),
        ];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_is_broken_in_a_request_the_answer_is_JSON_and_no_failure_of_the_service(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 800; i++)
        {
            var (seeds, paths) = Side(random);
            await AssertAnsweredAsync(paths[random.Next(paths.Length)], Mutation.OfValues(seeds[random.Next(seeds.Length)], random));
        }
    }

    [Fact]
    public async Task Whatever_is_broken_in_its_bytes_the_answer_is_JSON_and_no_failure_of_the_service()
    {
        var random = new Random(5);
        for (var i = 0; i < 800; i++)
        {
            var (seeds, paths) = Side(random);
            await AssertAnsweredAsync(paths[random.Next(paths.Length)], Mutation.OfBytes(seeds[random.Next(seeds.Length)], random));
        }
    }

    private static (string[] Seeds, string[] Paths) Side(Random random) => random.Next(2) == 0
        ? (GradientSeeds, ["/v1/gradients", "/v1/gradients", "/v1/forward", "/v1/gradients/compare"])
        : (ObjectiveSeeds, ["/v1/objectives", "/v1/objectives", "/v1/objectives/compare"]);

    private async Task AssertAnsweredAsync(string path, byte[] request)
    {
        using var content = new ByteArrayContent(request) { Headers = { ContentType = new("application/json") } };
        using var client = _application.CreateClient();
        using var response = await client.PostAsync(path, content);
        var about = $"POST {path} {Encoding.UTF8.GetString(request)}";
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity, $"{(int)response.StatusCode}: {about}");
        if (response.StatusCode == HttpStatusCode.OK)
        {
            Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["batchNorm"] ?? JsonNode.Parse(await response.Content.ReadAsStringAsync())!["results"]);
        }
        else
        {
            var answer = await ProblemAnswer.OfAsync(response);
            Assert.True(answer.Errors.Count > 0, about);
        }
    }
}
