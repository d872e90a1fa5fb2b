using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace GradService.Api.Hosting.Observability;

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
