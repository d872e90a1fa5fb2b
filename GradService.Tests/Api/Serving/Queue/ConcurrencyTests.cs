using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace GradService.Tests.Api.Serving.Queue;

/// <summary>Requests beside each other: each gets, to the last digit, what it gets alone, and what belongs to the process stays as it was.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class ConcurrencyTests : IClassFixture<ConcurrencyTests.BusyApplication>
{
    private readonly BusyApplication _application;

    public ConcurrencyTests(BusyApplication application) => _application = application;

    public sealed class BusyApplication : GradApplication
    {
        // More threads than cores, so that they interrupt each other.
        public BusyApplication() => Settings = [("Limits:ComputeThreads", "6"), ("Limits:QueueLength", "200")];
    }

    /// <summary>64 requests that differ in seed, precision, mode, kind and masks.</summary>
    internal static IReadOnlyList<JsonNode> Mixed { get; } = [.. Enumerable.Range(0, 64).Select(index => GoodRequests.Gradient()
        .With("network.layers", """
            [
              { "type": "linear", "outFeatures": 6 }, { "type": "softplus" }, { "type": "dropout", "p": 0.3 }, { "type": "batchNorm" },
              { "type": "residual", "layers": [{ "type": "linear", "outFeatures": 6 }, { "type": "elu", "alpha": 0.5 }, { "type": "layerNorm" }] },
              { "type": "linear", "outFeatures": 2 }
            ]
            """)
        .With("network.seed", $"{index % 7}")
        .With("network.dtype", index % 2 == 0 ? "\"float32\"" : "\"float64\"")
        .With("inputs", """[[0.1], [-0.4], [0.9], [1.5], [-2], [0.3], [0.7], [-0.8], [1.1]]""")
        .With("batchNorm", new[]
        {
            """{ "mode": "train" }""", """{ "mode": "trainDetached" }""", """{ "mode": "eval" }""", """{ "mode": "movingAverage" }""",
            """{ "mode": "reference", "referenceInputs": [[0], [1], [2]] }""",
        }[index % 5])
        .With("gradient", new[]
        {
            """{ "kind": "sum" }""", """{ "kind": "perSample" }""", """{ "kind": "jacobian", "strategy": "rowByRow" }""",
            """{ "kind": "jvp", "tangent": [[1], [2], [3], [4], [5], [6], [7], [8], [9]] }""",
        }[index % 4])
        .With("dropout", index % 3 == 0 ? "null" : $$"""{ "seed": {{index}} }""")
        .With("diagnostics.finiteDifferences", index % 11 == 0 ? "true" : "false"))];

    /// <summary>32 losses that differ in seed, precision, mode, kind of derivative, batches and masks.</summary>
    internal static IReadOnlyList<JsonNode> Objectives { get; } = [.. Enumerable.Range(0, 32).Select(index => GoodRequests.Objective()
        .With("network.layers", """
            [
              { "type": "linear", "outFeatures": 5 }, { "type": "softplus" }, { "type": "dropout", "p": 0.3 }, { "type": "batchNorm" },
              { "type": "residual", "layers": [{ "type": "linear", "outFeatures": 5 }, { "type": "batchNorm" }, { "type": "tanh" }] },
              { "type": "linear", "outFeatures": 2 }
            ]
            """)
        .With("network.seed", $"{index % 7}")
        .With("network.dtype", index % 2 == 0 ? "\"float32\"" : "\"float64\"")
        .With("batchNorm", new[]
        {
            """{ "mode": "train" }""", """{ "mode": "trainDetached" }""", """{ "mode": "eval" }""", """{ "mode": "movingAverage" }""",
            """{ "mode": "reference", "referenceInputs": [[0], [1], [2]] }""",
            """{ "mode": "trainDetached", "throughStatistics": false }""", """{ "mode": "trainDetached", "layers": { "3": "train" } }""",
        }[index % 7])
        .With("batchNorm.batches", index % 4 < 2 ? "\"joint\"" : "\"perSet\"")
        .With("derivative", index % 3 == 0 ? "\"sum\"" : "\"perSample\"")
        .With("dropout", index % 3 == 0 ? "null" : $$"""{ "seed": {{index}} }""")
        .With("diagnostics.finiteDifferences", index % 11 == 0 ? "true" : "false"))];

    /// <summary>Both, and losses compared.</summary>
    internal static IReadOnlyList<(string Path, JsonNode Request)> All { get; } =
    [
        .. Mixed.Select(request => ("/v1/gradients", request)), .. Objectives.Select(request => ("/v1/objectives", request)),
        .. Objectives.Take(2).Select(request => ("/v1/objectives/compare", request.DeepClone())),
    ];

    [Fact]
    public async Task A_hundred_requests_at_once_get_exactly_what_each_gets_alone()
    {
        var alone = new List<string>();
        foreach (var (path, request) in All)
        {
            alone.Add(await AnswerAsync(path, request));
        }

        Assert.True(alone.Distinct().Count() > 80, "the requests are too much alike");
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(alone, await Task.WhenAll(All.Select(each => AnswerAsync(each.Path, each.Request))));
        }
    }

    [Fact]
    public async Task Mixed_traffic_leaves_threads_gradient_mode_and_the_process_wide_generator_as_they_were()
    {
        await AnswerAsync(All[0].Path, All[0].Request);
        var before = ProcessState();
        await Task.WhenAll(All.Select(each => AnswerAsync(each.Path, each.Request)));
        await ProblemAnswer.PostAsync(_application, "/v1/gradients",
            GoodRequests.Gradient().With("network.parameters", """{ "0.bias": [1] }""").ToJsonString());
        await ProblemAnswer.PostAsync(_application, "/v1/objectives",
            GoodRequests.Objective().With("network.parameters", """{ "0.bias": [1] }""").ToJsonString());
        await ProblemAnswer.PostAsync(_application, "/v1/forward", GoodRequests.Forward().With("inputs", "[1]").ToJsonString());
        await _application.SucceedAsync("/v1/forward", GoodRequests.Forward());
        Assert.Equal(before, ProcessState());
        Assert.Equal(1, get_num_threads());
    }

    private static string ProcessState()
    {
        using var scope = NewDisposeScope();
        return $"threads {get_num_threads()} grad {is_grad_enabled()} inference {is_inference_mode_enabled()} dtype {get_default_dtype()} generator "
            + $"{Convert.ToHexString(get_rng_state().bytes)}";
    }

    /// <summary>The numbers as text; not what was measured by the clock.</summary>
    private async Task<string> AnswerAsync(string path, JsonNode request)
    {
        var answer = await _application.SucceedAsync(path, request);
        foreach (var part in answer["results"]?.AsArray() ?? [answer])
        {
            part!["diagnostics"]?.AsObject().Remove("timings");
        }

        return answer.ToJsonString();
    }
}
