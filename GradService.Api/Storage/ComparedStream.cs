namespace GradService.Api.Storage;

/// <summary>Takes what would be written, and tells whether it is what a file has.</summary>
internal sealed class ComparedStream(Stream file) : Stream
{
    private readonly byte[] _read = new byte[64 * 1024];
    private bool _differs;

    /// <summary>Whether all that was written so far is all that the file has.</summary>
    public bool IsSame => !_differs && file.ReadByte() < 0;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!_differs && buffer.Length > 0)
        {
            var part = buffer[..Math.Min(_read.Length, buffer.Length)];
            var read = file.ReadAtLeast(_read.AsSpan(0, part.Length), part.Length, throwOnEndOfStream: false);
            _differs = !part.SequenceEqual(_read.AsSpan(0, read));
            buffer = buffer[part.Length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
