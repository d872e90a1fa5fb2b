using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GradService.Tests.Api.Networks;
using Microsoft.Extensions.Logging;

namespace GradService.Tests.Api.Hosting.Observability;

/// <summary>Nobody fills the disk or stops the service by way of its log.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task Every_request_has_a_line_for_who_asks_for_it_by_the_name_that_the_documentation_gives()
    {
        using var log = new CapturedLog();
        await using var application = new GradApplication { Settings = [("Logging:LogLevel:GradService.Api.Observability", "Debug")], Additions = log.AddTo };
        using var client = application.CreateClient();
        using var answer = await client.GetAsync("/health/live");

        // The caller may have the answer before the line is written.
        while (!log.Lines.Any(line => line.Message.StartsWith("GET /health/live answered 200", StringComparison.Ordinal)))
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Refusals_for_one_reason_are_one_line_without_a_stack_and_say_how_often()
    {
        using var log = new CapturedLog();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Path, "no folder");
        try
        {
            await using var application = new GradApplication { Settings = [("Storage:Folder", folder.Path)], Additions = log.AddTo };
            using var client = application.CreateClient();
            for (var refusal = 0; refusal < 40; refusal++)
            {
                Assert.Equal(503, (await ProblemAnswer.OfAsync(await client.GetAsync("/v1/networks"))).Status);
                Assert.Equal(503, (await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(1)}} }""")).Status);
            }

            var line = Assert.Single(log.Lines, line => line.Level >= LogLevel.Warning && line.Category.Contains("Storage", StringComparison.Ordinal));
            Assert.Null(line.Exception);
            Assert.DoesNotContain('\n', line.Message);
            Assert.Contains(folder.Path, line.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(folder.Path);
        }
    }

    /// <summary>A pipe holds 64 KiB, and the queue before it 2,000 lines; nobody reads from the one.</summary>
    [Fact]
    public async Task A_reader_of_the_log_that_stalls_stops_no_request()
    {
        var (service, address) = await ServiceProcess.ListeningAsync("--Logging:LogLevel:Microsoft.AspNetCore=Trace");
        using (service)
        {
            using var client = new HttpClient { BaseAddress = address };
            for (var request = 0; request < 2_000; request++)
            {
                using var answer = await client.GetAsync("/health/live").WaitAsync(TimeSpan.FromMinutes(1));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
    }

    /// <summary>The second sweep of a kind of second order is one over a graph that was kept, of which libtorch warns.</summary>
    [Fact]
    public async Task Libtorch_writes_no_warnings_beside_the_log()
    {
        var (service, address) = await ServiceProcess.ListeningAsync();
        using (service)
        {
            using var client = new HttpClient { BaseAddress = address };
            using var answer = await client.PostAsJsonAsync("/v1/gradients", JsonNode.Parse("""
                {
                  "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 3 }, { "type": "tanh" }, { "type": "batchNorm" }], "seed": 1 },
                  "inputs": [[0], [0.5], [1]],
                  "gradient": { "kind": "hvp", "cotangent": [[1, 1, 1], [1, 1, 1], [1, 1, 1]], "tangent": [[1], [0], [1]] }
                }
                """));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await service.TerminateAsync();
            Assert.Equal(0, await service.EndAsync());
            Assert.Equal("", service.Errors);
        }
    }
}
