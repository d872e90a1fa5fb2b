using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace GradService.Tests.Api.Observability;

/// <summary>Where a collector is named, it is sent what the service measures, traces and logs.</summary>
public sealed class CollectorTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_are_sent_to_it_the_last_of_them_at_the_end()
    {
        await using var collector = await Collector.StartAsync();
        await using (var application = new GradApplication { Settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")] })
        {
            await application.SucceedAsync("/v1/gradients", GoodRequests.Gradient());
            using var client = application.CreateClient();
            await client.GetStringAsync("/health/live");
        }

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], collector.Paths);
        Assert.All(["POST /v1/gradients", "read", "queue", "compute", "write", "GradService"], (string name) => Assert.Contains(name, collector.Received("/v1/traces"), StringComparison.Ordinal));
        Assert.DoesNotContain("/health", collector.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.All(["gradservice.passes", "http.server.request.duration", "dotnet.gc.collections"], (string name) => Assert.Contains(name, collector.Received("/v1/metrics"), StringComparison.Ordinal));
        Assert.Contains("Application started", collector.Received("/v1/logs"), StringComparison.Ordinal);
    }

    /// <summary>Takes whatever it is sent. In protobuf, text stands as it is.</summary>
    private sealed class Collector(WebApplication server) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, StringBuilder> _received = [];

        public string Address => server.Urls.Single();

        public IEnumerable<string> Paths => _received.Keys.Order(StringComparer.Ordinal);

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var collector = new Collector(builder.Build());
            await collector.RunAsync();
            return collector;
        }

        public string Received(string path) => _received[path].ToString();

        public ValueTask DisposeAsync() => server.DisposeAsync();

        private Task RunAsync()
        {
            server.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                var text = _received.GetOrAdd(context.Request.Path.Value!, _ => new StringBuilder());
                lock (text)
                {
                    text.Append(Encoding.Latin1.GetString(body.ToArray()));
                }
            });
            return server.StartAsync();
        }
    }
}
