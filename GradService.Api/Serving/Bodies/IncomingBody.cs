using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.IO.Pipelines;
using GradService.Domain.Faults;
using GradService.Domain.Native;

namespace GradService.Api.Serving.Bodies;

/// <summary>A body on its way in, for whoever reads it: within its time, and up to a limit.</summary>
internal sealed class IncomingBody : IAsyncDisposable
{
    private readonly PipeReader _pipe;
    private readonly long _limit;
    private readonly Fault _tooLarge;
    private readonly TimeSpan _longest;
    private readonly long _timed;
    private readonly Timer _impatience;
    private long _taken;

    /// <param name="pipe">Where it comes from.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <param name="tooLarge">What to say to whoever sends more.</param>
    /// <param name="longest">How long it may take, from now on.</param>
    /// <param name="timed">The bytes that may take as long; when as many have come the time begins anew.</param>
    public IncomingBody(PipeReader pipe, long limit, Fault tooLarge, TimeSpan longest, long timed)
    {
        (_pipe, _limit, _tooLarge, _longest, _timed) = (pipe, limit, tooLarge, longest, timed);
        _impatience = new Timer(static late => ((PipeReader)late!).CancelPendingRead(), pipe, longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What has come and was not taken; whoever reads again must have said by <see cref="Take"/> what he took.</summary>
    /// <exception cref="FaultException">The body has more bytes than it may.</exception>
    /// <exception cref="BadHttpRequestException">It did not come in time.</exception>
    public async ValueTask<ReadResult> ReadAsync()
    {
        // Not by the token of the request: a read that it breaks off would still be under way when the connection is cleaned up.
        // A connection that ends ends the read.
        var read = await _pipe.ReadAsync(CancellationToken.None);
        if (!read.IsCanceled && _taken + read.Buffer.Length <= _limit)
        {
            return read;
        }

        _pipe.AdvanceTo(read.Buffer.End);
        throw read.IsCanceled
            ? new BadHttpRequestException("The body did not come in time.", StatusCodes.Status408RequestTimeout)
            : new FaultException(_tooLarge);
    }

    /// <summary>Takes so many of the bytes that were read.</summary>
    public void Take(ReadResult read, long bytes)
    {
        if ((_taken + bytes) / _timed > _taken / _timed)
        {
            _impatience.Change(_longest, Timeout.InfiniteTimeSpan);
        }

        _taken += bytes;
        _pipe.AdvanceTo(read.Buffer.GetPosition(bytes));
    }

    public ValueTask DisposeAsync() => _impatience.DisposeAsync();
}

/// <summary>How long a body may be on its way; the other limits of connections, in the same section, are the server's to keep.</summary>
internal sealed class BodyOptions
{
    public const string Section = "Connections";

    /// <summary>
    /// Seconds in which the body of a request must have come, from its headers on, and of an upload each MaxRequestBytes; beyond it 408. Default 120.
    /// </summary>
    [Range(0.1, 86_400)]
    public double RequestBodyTimeoutSeconds { get; set; } = 120;
}

/// <summary>A body on its way in, for those who can read a stream alone.</summary>
internal sealed class IncomingStream(IncomingBody body) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc cref="IncomingBody.ReadAsync"/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await body.ReadAsync();
        var length = (int)Math.Min(buffer.Length, read.Buffer.Length);
        read.Buffer.Slice(0, length).CopyTo(buffer.Span);
        body.Take(read, length);
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
