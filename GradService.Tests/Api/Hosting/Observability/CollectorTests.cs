using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace GradService.Tests.Api.Hosting.Observability;

/// <summary>Where a collector is named, it is sent what the service measures, traces and logs: of a process, so that no other may be asked meanwhile.</summary>
[Collection(OneAtATime.Name)]
public sealed class CollectorTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_are_sent_to_it_the_last_of_them_at_the_end()
    {
        await using var collector = await Collector.StartAsync();
        await using (var application = new GradApplication
        {
            Settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")],
        })
        {
            await application.SucceedAsync("/v1/gradients", GoodRequests.Gradient());
            using var client = application.CreateClient();
            await client.GetStringAsync("/health/live");
        }

        await collector.UntilSentAsync("/v1/logs", "/v1/metrics", "/v1/traces");
        Assert.All(["POST /v1/gradients", "read", "queue", "compute", "write", "GradService"],
            (string name) => Assert.Contains(name, collector.Received("/v1/traces"), StringComparison.Ordinal));
        Assert.DoesNotContain("/health", collector.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.All(["gradservice.passes", "http.server.request.duration", "dotnet.gc.collections"],
            (string name) => Assert.Contains(name, collector.Received("/v1/metrics"), StringComparison.Ordinal));
        Assert.Contains("Application started", collector.Received("/v1/logs"), StringComparison.Ordinal);
    }

    /// <summary>The template and its arguments are attributes: only the body can have both in one.</summary>
    [Fact]
    public async Task The_body_of_a_line_of_the_log_is_the_line_as_the_console_has_it()
    {
        await using var collector = await Collector.StartAsync();
        await using (var application = new GradApplication
        {
            Settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")],
        })
        {
            using var client = application.CreateClient();
            await client.GetStringAsync("/health/live");
        }

        await collector.UntilSentAsync("/v1/logs", "/v1/metrics");
        Assert.Contains($"Content root path: {AppContext.BaseDirectory}", collector.Received("/v1/logs"), StringComparison.Ordinal);
    }

    /// <summary>Takes whatever it is sent. In protobuf, text stands as it is.</summary>
    private sealed class Collector(WebApplication server) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, string> _received = [];

        public string Address => server.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var collector = new Collector(builder.Build());
            await collector.RunAsync();
            return collector;
        }

        /// <summary>The factory disposes the service beside the service's own thread, and so returns while the last of it may be on its way.</summary>
        public async Task UntilSentAsync(params string[] paths)
        {
            var deadline = DateTime.UtcNow.AddMinutes(2);
            while (!paths.All(_received.ContainsKey) && DateTime.UtcNow < deadline)
            {
                await Task.Delay(10);
            }

            Assert.Subset(_received.Keys.ToHashSet(), paths.ToHashSet());
        }

        public string Received(string path) => _received[path];

        public ValueTask DisposeAsync() => server.DisposeAsync();

        private Task RunAsync()
        {
            server.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                _received.AddOrUpdate(context.Request.Path.Value!, _ => Encoding.Latin1.GetString(body.ToArray()),
                    (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            });
            return server.StartAsync();
        }
    }
}
