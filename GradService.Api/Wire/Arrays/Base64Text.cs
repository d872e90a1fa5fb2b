using System.Buffers.Text;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>The bytes of an array as a text in base64: little-endian, row-major.</summary>
internal sealed class Base64Text(NdArray array) : ArrayText
{
    private int _next;

    public override ReadOnlySpan<byte> FirstByte => "\""u8;

    protected internal override int LongestPiece => 8;

    protected internal override int Fill(Span<byte> space)
    {
        // Whole groups of three bytes, so that padding comes at the end alone; a byte of space is for the end.
        var rest = array.RawBytes[_next..];
        var length = Math.Min(rest.Length, (space.Length - 1) / 4 * 3);
        Base64.EncodeToUtf8(rest[..length], space, out _, out var written, isFinalBlock: true);
        _next += length;
        if (length == rest.Length)
        {
            space[written++] = (byte)'"';
            IsWhole = true;
        }

        return written;
    }
}
