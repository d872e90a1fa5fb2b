using System.Net;
using System.Text.Json.Nodes;
using GradService.Api.Serving.Budget;
using GradService.Api.Storage;
using GradService.Tests.Api.Protocols;
using GradService.Tests.Api.Protocols.UmBridge;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Serving.Bodies;

/// <summary>Whatever the protocol: what is made of a body counts before it is made, and no more is read than is shown.</summary>
public sealed class CountedProtocolTests
{
    private const int Count = 100_000;

    /// <summary>The text takes a fifth of what its numbers do.</summary>
    private static readonly string Zeros = string.Join(",", Enumerable.Repeat("0", Count));

    private static readonly string Evaluate = $$"""{ "name": "plain", "input": [[{{Zeros}}]], "config": { "batchSize": {{Count}} } }""";

    private static readonly string Apply =
        $$"""{ "inputs": { "inputs": {"shape": [{{Count}}, 1], "dtype": "float32", "data": { "encoding": "json", "buffer": [{{Zeros}}] } } } }""";

    /// <summary>Whole numbers of a byte each become double precision.</summary>
    private static readonly string ApplyBase64 =
        $$"""{ "inputs": { "inputs": {"shape": [{{Count}}, 1], "dtype": "int8", "data": """
            + $$"""{ "encoding": "base64", "buffer": "{{Convert.ToBase64String(new byte[Count])}}" } } } }""";

    [Fact]
    public async Task The_numbers_of_UM_Bridge_count_before_there_is_an_array_of_them()
    {
        await using var application = await ApplicationAsync(4_000_000);
        var client = new UmBridgeClient(application);
        using (var others = new BufferedBytes(application.Services.GetRequiredService<BufferBudget>()))
        {
            others.Set(2_000_000);
            Assert.Contains("(limit MaxBufferedBytes)", await client.RefusedAsync("Evaluate", "InvalidOutput", Evaluate, HttpStatusCode.ServiceUnavailable),
                StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("Evaluate", Evaluate)).Status);
        await using var small = await ApplicationAsync(2_000_000);
        Assert.Contains("(limit MaxBufferedBytes)",
            await new UmBridgeClient(small).RefusedAsync("Evaluate", "InvalidInput", Evaluate, HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 4_000_000, 2_000_000)]
    [InlineData(true, 2_000_000, 800_000)]
    public async Task The_numbers_of_Tesseract_count_before_there_is_an_array_of_them(bool base64, long all, long ofOthers)
    {
        await using var application = await ApplicationAsync(all);
        var body = base64 ? ApplyBase64 : Apply;
        using (var others = new BufferedBytes(application.Services.GetRequiredService<BufferBudget>()))
        {
            others.Set(ofOthers);
            var refusal = await ProblemAnswer.PostAsync(application, "/tesseract/plain/apply", body);
            Assert.Equal((503, true), (refusal.Status, refusal.Detail.Contains("(limit MaxBufferedBytes)", StringComparison.Ordinal)));
        }

        Assert.Equal(HttpStatusCode.OK, (await application.PostAsync("/tesseract/plain/apply", body)).Status);
    }

    /// <summary>Where the database has no specs any more, whoever would read one fails.</summary>
    [Fact]
    public async Task Lists_and_names_read_no_specs()
    {
        await using var application = await ApplicationAsync(4_000_000);
        using var client = application.CreateClient();
        var um = new UmBridgeClient(application);
        var question = JsonNode.Parse("""{ "name": "plain" }""")!;
        Assert.Equal("[2]", (await um.AskAsync("InputSizes", "inputSizes", question)).ToJsonString());
        using (var database = application.Services.GetRequiredService<NetworkStore>().Open().Database())
        {
            await database.Database.ExecuteSqlRawAsync("ALTER TABLE networks RENAME COLUMN spec TO spec_that_nobody_reads");
        }

        var item = Assert.Single(JsonNode.Parse(await client.GetStringAsync("/v1/networks"))!["items"]!.AsArray())!;
        Assert.Equal(("plain", "[1]"), ((string)item["name"]!, item["inputShape"]!.ToJsonString()));
        foreach (var path in new[] { "/v1/names/plain", "/Info", "/tesseract/plain/health", "/tesseract/plain/openapi.json" })
        {
            using var answer = await client.GetAsync(path);
            Assert.True(answer.IsSuccessStatusCode, $"{path} {answer.StatusCode}");
        }

        // What a network is was read when it was asked for first.
        Assert.Equal("[2]", (await um.AskAsync("OutputSizes", "outputSizes", question)).ToJsonString());
        using var whole = await client.GetAsync($"/v1/networks/{item["id"]}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, whole.StatusCode);
    }

    private static async Task<ServedApplication> ApplicationAsync(long bytes)
    {
        var application = new ServedApplication { Settings = [("Limits:MaxBufferedBytes", $"{bytes}")] };
        await application.StoreAsync("plain", """{ "inputShape": [1], "layers": [{ "type": "tanh" }] }""");
        return application;
    }
}
