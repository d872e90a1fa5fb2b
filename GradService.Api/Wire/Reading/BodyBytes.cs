using System.Buffers;
using GradService.Domain.Native;

namespace GradService.Api.Wire.Reading;

/// <summary>The bytes of a body, as they come, in a rented buffer that doubles when it is full: nothing is taken on the word of a header.</summary>
internal sealed class BodyBytes : IDisposable
{
    private byte[] _rented = ArrayPool<byte>.Shared.Rent(16 * 1024);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => Memory.Span;

    public ReadOnlyMemory<byte> Memory => _rented.AsMemory(0, Length);

    public void Add(ReadOnlySequence<byte> bytes)
    {
        var length = Length + (int)bytes.Length;
        if (length > _rented.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, 2 * _rented.Length));
            Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = larger;
        }

        bytes.CopyTo(_rented.AsSpan(Length));
        Length = length;
    }

    /// <summary>A view that is good until this is disposed.</summary>
    public MemoryStream AsStream() => new(_rented, 0, Length, writable: false);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_rented);
        (_rented, Length) = ([], 0);
    }
}
