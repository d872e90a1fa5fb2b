using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace GradService.Api.Hosting.Observability;

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
