using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using GradService.Api.Serving.Measurement;
using Microsoft.AspNetCore.Http.Features;

namespace GradService.Api.Hosting.Observability;

/// <summary>Sees every request from first to last: gives it a trace where nothing else has, counts its bytes, and logs it.</summary>
internal sealed partial class RequestObservation
{
    private readonly RequestDelegate _next;
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;

    /// <summary>Under this name operators ask for the lines: it stays, wherever the type is.</summary>
    private readonly ILogger _logger;

    public RequestObservation(RequestDelegate next, IMeterFactory meters, ILoggerFactory loggers)
    {
        var meter = meters.Create(ServiceMeter.Name);
        _next = next;
        _received = meter.CreateCounter<long>("gradservice.received", "By", "Bytes of request bodies that were read.");
        _sent = meter.CreateCounter<long>("gradservice.sent", "By", "Bytes of response bodies, as sent.");
        _logger = loggers.CreateLogger("GradService.Api.Observability.RequestObservation");
    }

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
            await _next(context);
        }
        finally
        {
            context.Features.Set(plain);
            _received.Add(received.Bytes);
            _sent.Add(sent.Bytes);
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

/// <summary>The body of a request, counted as it is read.</summary>
internal sealed class CountedRequestBody(PipeReader body) : PipeReader, IRequestBodyPipeFeature
{
    private ReadOnlySequence<byte> _unread;

    public PipeReader Reader => this;

    /// <summary>Bytes that have been read.</summary>
    public long Bytes { get; private set; }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = await body.ReadAsync(cancellationToken);
        _unread = read.Buffer;
        return read;
    }

    public override bool TryRead(out ReadResult result)
    {
        var there = body.TryRead(out result);
        _unread = result.Buffer;
        return there;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        Bytes += _unread.Slice(_unread.Start, consumed).Length;
        _unread = default;
        body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);
}

/// <summary>The body of a response, counted as it is written.</summary>
internal sealed class CountedResponseBody(IHttpResponseBodyFeature body) : IHttpResponseBodyFeature
{
    private CountedWriter? _writer;
    private Stream? _stream;

    /// <summary>Bytes that have been written.</summary>
    public long Bytes => (_writer?.Bytes ?? 0) + FileBytes;

    /// <summary>When somebody first wanted to write; null: nobody did.</summary>
    public DateTimeOffset? Began { get; private set; }

    public PipeWriter Writer => _writer ??= Begin();

    public Stream Stream => _stream ??= Writer.AsStream(leaveOpen: true);

    private long FileBytes { get; set; }

    public Task StartAsync(CancellationToken cancellationToken = default) => body.StartAsync(cancellationToken);

    public Task CompleteAsync() => body.CompleteAsync();

    public void DisableBuffering() => body.DisableBuffering();

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        Began ??= TimeProvider.System.GetUtcNow();
        await body.SendFileAsync(path, offset, count, cancellationToken);
        FileBytes += count ?? (new FileInfo(path).Length - offset);
    }

    private CountedWriter Begin()
    {
        Began ??= TimeProvider.System.GetUtcNow();
        return new CountedWriter(body.Writer);
    }

    private sealed class CountedWriter(PipeWriter writer) : PipeWriter
    {
        public long Bytes { get; private set; }

        public override bool CanGetUnflushedBytes => writer.CanGetUnflushedBytes;

        public override long UnflushedBytes => writer.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

        public override void Advance(int bytes)
        {
            Bytes += bytes;
            writer.Advance(bytes);
        }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            Bytes += source.Length;
            return writer.WriteAsync(source, cancellationToken);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => writer.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => writer.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => writer.CompleteAsync(exception);
    }
}
