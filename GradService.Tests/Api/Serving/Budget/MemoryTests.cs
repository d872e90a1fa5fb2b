using System.Text;
using System.Text.Json.Nodes;
using GradService.Domain.Catalog;
using GradService.Domain.Native;
using GradService.Tests.Api.Serving.Queue;
using GradService.Tests.Domain.Native;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Serving.Budget;

/// <summary>However a request ends, no tensor that it made is alive afterwards.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class MemoryTests
{
    private static readonly string SlowObjective = GoodRequests.Objective()
        .With("network.layers",
            """[{ "type": "batchNorm" }, { "type": "linear", "outFeatures": 3 }, { "type": "tanh" }, { "type": "batchNorm" }, """
                + """{ "type": "linear", "outFeatures": 2 }]""")
        .With("batchNorm.mode", "\"train\"").With("points[0].inputs", $"[{string.Join(", ", Enumerable.Range(0, 1_500).Select(sample => $"[{sample}]"))}]")
        .With("terms[0].residual", "\"u_xxx + v\"").ToJsonString();

    private static readonly string Slow = GoodRequests.Gradient().With("gradient.strategy", "\"rowByRow\"")
        .With("inputs", $"[{string.Join(", ", Enumerable.Range(0, 20_000).Select(sample => $"[{sample}]"))}]").ToJsonString();

    /// <summary>One for each stage at which a request can end: reading, shapes, plan, prices, parameters, and the numbers.</summary>
    private static readonly JsonNode[] FailingGradients =
    [
        GoodRequests.Gradient().With("network.dtype", "3"),
        GoodRequests.Gradient().With("network.layers[1]", """{ "type": "residual", "layers": [{ "type": "linear", "outFeatures": 5 }] }"""),
        GoodRequests.Gradient().With("batchNorm.layers", """{ "1": "eval" }"""),
        GoodRequests.Gradient().With("network.layers[0].outFeatures", "2147483647"),
        GoodRequests.Gradient().With("gradient.outputs", "[7]"),
        GoodRequests.Gradient().With("network.parameters", """{ "0.weight": [1] }"""),
        GoodRequests.Gradient().With("network.parameters", """{ "nothing": 1 }"""),
        GoodRequests.Gradient().With("inputs", "[[1]]"),
    ];

    private static readonly JsonNode[] FailingObjectives =
    [
        GoodRequests.Objective().With("terms[0].residual", "\"u_xx + w\""),
        GoodRequests.Objective().With("terms[1].target", "[1]"),
        GoodRequests.Objective().With("batchNorm", """{ "mode": "train", "throughStatistics": false }"""),
        GoodRequests.Objective().With("network.layers[0].outFeatures", "2147483647"),
        GoodRequests.Objective().With("network.parameters", """{ "0.weight": [1] }"""),
        GoodRequests.Objective().With("points[1].inputs", "[[0]]").With("terms[1].target", "[0]").With("batchNorm.batches", "\"perSet\""),
    ];

    private static readonly (string Path, JsonNode Request)[] Failing =
        [.. FailingGradients.Select(request => ("/v1/gradients", request)),
            .. FailingObjectives.SelectMany(request => new[] { ("/v1/objectives", request), ("/v1/objectives/compare", request) })];

    [Fact]
    public async Task After_two_thousand_requests_that_end_in_every_way_no_tensor_is_left()
    {
        // A cache that is too small for all the networks, so that they come and go.
        await using var application = new GradApplication
        {
            Settings = [("Limits:ComputeThreads", "4"), ("Limits:QueueLength", "100"), ("Engine:NetworkCacheBytes", "150000")],
        };
        Assert.Null(LibTorch.Failure);
        var before = LivingTensors.OfTheProcess();
        for (var round = 0; round < 40; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50)
                .Select(index => SendAsync(application, index % 5 < 2
                    ? Failing[((7 * round) + index) % Failing.Length]
                    : ConcurrencyTests.All[((7 * round) + index) % ConcurrencyTests.All.Count])));
        }

        // What is kept on purpose ends with the service.
        var kept = application.Services.GetRequiredService<NetworkCache>();
        Assert.InRange(kept.Bytes, 1, 150_000);
        Assert.InRange(kept.Count, 1, 13);
        await application.DisposeAsync();
        Assert.Equal(before, LivingTensors.OfTheProcess());
    }

    [Theory]
    [InlineData("/v1/gradients")]
    [InlineData("/v1/objectives")]
    public async Task After_deadlines_and_callers_who_went_away_no_tensor_is_left(string path)
    {
        var slow = path == "/v1/gradients" ? Slow : SlowObjective;
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "2"), ("Limits:DeadlineSeconds", "0.4")] };
        Assert.Null(LibTorch.Failure);
        var before = LivingTensors.OfTheProcess();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(503, (int)(await application.PostAsync(path, slow)).Status);
            using var away = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
            using var client = application.CreateClient();
            using var content = new StringContent(slow, Encoding.UTF8, "application/json");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PostAsync(path, content, away.Token));
        }

        // Whoever went away may still be being told to stop; disposal waits for the compute threads.
        await application.DisposeAsync();
        Assert.Equal(before, LivingTensors.OfTheProcess());
    }

    private static async Task SendAsync(GradApplication application, (string Path, JsonNode Request) sent)
    {
        var (status, body) = await application.PostAsync(sent.Path, sent.Request.ToJsonString());
        Assert.True((int)status is 200 or 400 or 413 or 422, body.ToJsonString());
    }
}
