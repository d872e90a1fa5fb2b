using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Domain.Gradients;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Hosting.Observability;

/// <summary>What the service counts of itself, seen beside other services of the same process.</summary>
public sealed class MetricsTests
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    [Fact]
    public async Task Every_answer_counts_its_passes_and_findings()
    {
        await using var application = new GradApplication();
        using var measured = new Measured(application);
        var (_, gradient) = await application.PostAsync("/v1/gradients", Good);
        var (_, comparison) = await application.PostAsync("/v1/gradients/compare",
            GoodRequests.Gradient().With("compare", """[{ "mode": "train", "kind": "perSample" }, { "mode": "eval", "kind": "sum" }]""").ToJsonString());
        JsonNode[] reports = [gradient["diagnostics"]!, .. comparison["results"]!.AsArray().Select(result => result!["diagnostics"]!)];
        Assert.Equal(reports.Sum(report => report["passes"]!.GetValue<long>()), measured.Sum("gradservice.passes"));
        var findings = reports.SelectMany(report => report["findings"]!.AsArray()).Concat(comparison["findings"]!.AsArray())
            .Select(finding => (string)finding!["code"]!).ToList();
        Assert.NotEmpty(findings);
        Assert.Equal(findings.CountBy(code => code).OrderBy(pair => pair.Key),
            measured.SumBy("gradservice.findings", "code").Select(pair => KeyValuePair.Create(pair.Key, (int)pair.Value)).OrderBy(pair => pair.Key));
    }

    [Fact]
    public async Task What_is_begun_is_counted_at_its_price_and_what_is_refused_is_not()
    {
        await using var application = new GradApplication();
        var text = GoodRequests.Gradient().ToJsonString();

        // From now on the network is there, and building it costs nothing.
        await application.PostAsync("/v1/gradients", text);
        using var measured = new Measured(application);
        var request = RequestReader.Read<GradientRequest>(Encoding.UTF8.GetBytes(text));
        using var quote = application.Services.GetRequiredService<GradientService>().QuoteGradient(request);
        await application.PostAsync("/v1/gradients", text);
        await application.PostAsync("/v1/gradients", text);
        var refused = GoodRequests.Gradient().With("gradient.kind", "\"sums\"").ToJsonString();
        Assert.Equal(400, (await ProblemAnswer.PostAsync(application, "/v1/gradients", refused)).Status);
        var price = quote.Cost;
        Assert.True(price is { Work: > 0, ResultBytes: > 0 }, $"{price}");
        Assert.Equal(2 * price.Work / 1e9, measured.Sum("gradservice.priced.work"), 12);
        Assert.Equal((2 * price.NativeBytes, 2 * price.ResultBytes), (measured.Sum("gradservice.priced.native"), measured.Sum("gradservice.priced.results")));
    }

    [Fact]
    public async Task Bytes_are_those_of_the_bodies()
    {
        await using var application = new GradApplication();
        using var measured = new Measured(application);
        using var client = application.CreateClient();
        using var content = new StringContent(Good, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/gradients", content);
        var body = await answer.Content.ReadAsByteArrayAsync();
        await measured.UntilAsync("gradservice.sent");
        Assert.Equal((Encoding.UTF8.GetByteCount(Good), body.Length), (measured.Sum("gradservice.received"), measured.Sum("gradservice.sent")));
    }

    [Fact]
    public async Task Waiting_and_computing_are_told_apart_and_end()
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "1")] };
        using var measured = new Measured(application);
        using var thread = new HeldThread(application);
        var asked = application.PostAsync("/v1/gradients", Good);
        while (measured.Now("gradservice.queue.length") == 0)
        {
            await Task.Yield();
        }

        Assert.Equal((1, 1), (measured.Now("gradservice.queue.length"), measured.Now("gradservice.computing")));
        thread.Release();
        await asked;
        Assert.Equal((0, 0), (measured.Now("gradservice.queue.length"), measured.Now("gradservice.computing")));
        Assert.Equal(2, measured.Count("gradservice.queue.wait"));
    }

    [Fact]
    public async Task Who_gives_up_waiting_is_counted_no_longer()
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "1"), ("Limits:DeadlineSeconds", "0.2")] };
        using var measured = new Measured(application);
        using var thread = new HeldThread(application);
        Assert.Equal(503, (await ProblemAnswer.PostAsync(application, "/v1/gradients", Good)).Status);
        Assert.Equal(0, measured.Now("gradservice.queue.length"));
    }

    [Theory]
    [InlineData("""{ "0.bias": [1, 2, 3] }""", "answered")]
    [InlineData("""{ "0.bias": [1] }""", "refused")]
    public async Task Computations_are_told_apart_by_how_they_ended(string parameters, string outcome)
    {
        await using var application = new GradApplication();
        using var measured = new Measured(application);
        await application.PostAsync("/v1/gradients", GoodRequests.Gradient().With("network.parameters", parameters).With("network.seed", "1").ToJsonString());
        Assert.Equal([outcome], measured.SumBy("gradservice.compute.duration", "outcome").Select(pair => pair.Key));
    }

    [Fact]
    public async Task Memory_is_what_a_process_with_libtorch_has()
    {
        await using var application = new GradApplication();
        using var measured = new Measured(application);
        await application.PostAsync("/v1/gradients", Good);
        Assert.InRange(measured.Now("gradservice.native.memory"), 10e6, 100e9);
        Assert.InRange(measured.Now("gradservice.tensors"), 0, 1e6);
    }
}
