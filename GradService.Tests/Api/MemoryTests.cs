using System.Text;
using System.Text.Json.Nodes;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Tests.Api;

/// <summary>However a request ends, no tensor that it made is alive afterwards.</summary>
[Collection(OneAtATime.Name)]
public sealed class MemoryTests
{
    private static readonly string Slow = GoodRequests.Gradient().With("gradient.strategy", "\"rowByRow\"")
        .With("inputs", $"[{string.Join(", ", Enumerable.Range(0, 20_000).Select(sample => $"[{sample}]"))}]").ToJsonString();

    /// <summary>One for each stage at which a request can end: reading, shapes, plan, prices, parameters, and the numbers.</summary>
    private static readonly JsonNode[] Failing =
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

    [Fact]
    public async Task After_two_thousand_requests_that_end_in_every_way_no_tensor_is_left()
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "4"), ("Limits:QueueLength", "100")] };
        await SendAsync(application, ConcurrencyTests.Mixed[0]);
        await SendAsync(application, Failing[0]);
        var before = TensorsAlive();
        for (var round = 0; round < 40; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(index => SendAsync(application, index % 5 < 2 ? Failing[(round + index) % Failing.Length] : ConcurrencyTests.Mixed[(round + index) % 64])));
        }

        Assert.Equal(before, TensorsAlive());
    }

    [Fact]
    public async Task After_deadlines_and_callers_who_went_away_no_tensor_is_left()
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "2"), ("Limits:DeadlineSeconds", "0.4")] };
        Assert.Null(LibTorch.Status.Failure);
        var before = TensorsAlive();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(503, (int)(await application.PostAsync("/v1/gradients", Slow)).Status);
            using var away = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
            using var client = application.CreateClient();
            using var content = new StringContent(Slow, Encoding.UTF8, "application/json");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PostAsync("/v1/gradients", content, away.Token));
        }

        // Whoever went away may still be being told to stop; disposal waits for the compute threads.
        await application.DisposeAsync();
        Assert.Equal(before, TensorsAlive());
    }

    private static async Task SendAsync(GradApplication application, JsonNode request)
    {
        var (status, body) = await application.PostAsync("/v1/gradients", request.ToJsonString());
        Assert.True((int)status is 200 or 400 or 413 or 422, body.ToJsonString());
    }

    internal static long TensorsAlive()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
