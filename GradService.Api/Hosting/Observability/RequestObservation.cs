using System.Diagnostics;
using GradService.Api.Serving.Measurement;
using Microsoft.AspNetCore.Http.Features;

namespace GradService.Api.Hosting.Observability;

/// <summary>Sees every request from first to last: gives it a trace where nothing else has, counts its bytes, and logs it.</summary>
internal sealed partial class RequestObservation(RequestDelegate next, ProcessMetrics metrics, ILoggerFactory loggers)
{
    /// <summary>Under this name operators ask for the lines: it stays, wherever the type is.</summary>
    private readonly ILogger _logger = loggers.CreateLogger("GradService.Api.Observability.RequestObservation");

    public async Task InvokeAsync(HttpContext context)
    {
        using var own = Activity.Current is null ? new Activity("request").Start() : null;
        var started = Stopwatch.GetTimestamp();
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "no endpoint";
        var plain = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var (received, sent) = (new CountedRequestBody(context.Request.BodyReader), new CountedResponseBody(plain));
        context.Features.Set<IRequestBodyPipeFeature>(received);
        context.Features.Set<IHttpResponseBodyFeature>(sent);
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(plain);
            metrics.Transferred(received.Bytes, sent.Bytes);
            if (sent.Began is { } began)
            {
                Stages.Ended("write", began);
            }

            var (status, milliseconds) = (context.Response.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            LogRequest(_logger, context.Request.Method, route, status, milliseconds, received.Bytes, sent.Bytes);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Route} answered {Status} in {Milliseconds} ms, {Received} bytes read, {Sent} bytes sent")]
    private static partial void LogRequest(ILogger logger, string method, string route, int status, double milliseconds, long received, long sent);
}
