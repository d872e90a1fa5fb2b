using System.Diagnostics;
using System.Text.Json.Nodes;
using GradService.Api.Serving.Measurement;

namespace GradService.Tests.Api.Hosting.Observability;

/// <summary>A request has one trace, by which the caller, the log and a collector know it.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task A_request_has_a_span_for_each_stage_all_in_the_trace_of_the_caller()
    {
        using var spans = new Spans();
        await using var application = new GradApplication();
        var trace = await AskAsync(application, GoodRequests.Gradient().ToJsonString());
        await spans.UntilAsync(trace, "write");
        Assert.Equal(["compute", "queue", "read", "write"], spans.Of(trace).Select(span => span.OperationName).Order(StringComparer.Ordinal));
        Assert.Single(spans.Of(trace).Select(span => span.ParentSpanId).Distinct());
        Assert.Equal("answered", spans.Of(trace).Single(span => span.OperationName == "compute").GetTagItem("outcome"));
    }

    [Fact]
    public async Task What_cannot_be_read_is_never_queued()
    {
        using var spans = new Spans();
        await using var application = new GradApplication();
        var trace = await AskAsync(application, "{");
        await spans.UntilAsync(trace, "write");
        Assert.Equal(["read", "write"], spans.Of(trace).Select(span => span.OperationName));
    }

    [Theory]
    [InlineData("GET", "/nothing", "application/json")]
    [InlineData("GET", "/nothing", "text/html")]
    [InlineData("PUT", "/v1/gradients", "application/json")]
    [InlineData("POST", "/v1/gradients", "application/json")]
    [InlineData("POST", "/v1/gradients", "text/html")]
    public async Task Every_problem_carries_the_trace_of_the_caller(string method, string path, string accept)
    {
        await using var application = new GradApplication();
        using var client = application.CreateClient();
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        request.Headers.Add("Accept", accept);
        var answer = await ProblemAnswer.OfAsync(await client.SendAsync(request));
        Assert.Equal(trace, answer.Body["traceId"]!.GetValue<string>());
    }

    [Fact]
    public async Task Without_one_from_the_caller_it_has_the_same_form()
    {
        await using var application = new GradApplication
        {
            Settings = [("Logging:LogLevel:Default", "None"), ("Logging:LogLevel:Microsoft.AspNetCore", "None")],
        };
        using var client = application.CreateClient();
        Assert.Matches("^(?!0{32})[0-9a-f]{32}$", (await ProblemAnswer.OfAsync(await client.GetAsync("/nothing"))).Body["traceId"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_log_has_the_trace_of_the_problem_as_JSON_where_that_is_asked_for()
    {
        using var service = new ServiceProcess("--urls=http://127.0.0.1:0", "--Logging:Console:FormatterName=json",
            "--Logging:LogLevel:GradService.Api.Observability=Debug");
        var listening = JsonNode.Parse(await service.UntilAsync("Now listening on: "))!;
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"{listening["State"]!["address"]}/nothing"));
        var trace = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["traceId"]!.GetValue<string>();
        var line = JsonNode.Parse(await service.UntilAsync("no endpoint"))!;
        Assert.Contains(line["Scopes"]!.AsArray(), scope => (string?)scope?["TraceId"] == trace);
        Assert.Equal(("404", "GET"), (line["State"]!["Status"]!.ToString(), (string)line["State"]!["Method"]!));
    }

    /// <summary>The trace of a request that was posted.</summary>
    private static async Task<string> AskAsync(GradApplication application, string body)
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var client = application.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/gradients")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        using var answer = await client.SendAsync(request);
        return trace;
    }

    /// <summary>Spans of all services of the process, by trace.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<Activity> _ended = [];
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == ServiceMeter.Name,
                Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<Activity> Of(string trace) => [.. _ended.Where(span => span.TraceId.ToHexString() == trace)];

        /// <summary>The caller may have the answer before the last span has ended.</summary>
        public async Task UntilAsync(string trace, string name)
        {
            while (Of(trace).All(span => span.OperationName != name))
            {
                await Task.Yield();
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
