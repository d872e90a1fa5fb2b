using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using GradService.Domain;

namespace GradService.Api.Arrays;

/// <summary>An array as an object with "shape", "dtype" and its bytes in base64: little-endian, row-major.</summary>
internal sealed class Base64ArrayText(NdArray array) : ArrayText
{
    private readonly byte[] _start = Encoding.UTF8.GetBytes($"\"shape\":{array.Shape.ToString().Replace(" ", "", StringComparison.Ordinal)},\"dtype\":\"{JsonNamingPolicy.CamelCase.ConvertName(array.Dtype.ToString())}\",\"base64\":\"");
    private bool _started;
    private int _next;

    public override ReadOnlySpan<byte> FirstByte => "{"u8;

    protected override int LongestPiece => _start.Length + 8;

    protected override int Fill(Span<byte> space)
    {
        var at = 0;
        if (!_started)
        {
            _start.CopyTo(space);
            (at, _started) = (_start.Length, true);
        }

        // Whole groups of three bytes, so that padding comes at the end alone; two bytes of space are for the end.
        var rest = array.RawBytes[_next..];
        var length = Math.Min(rest.Length, (space.Length - at - 2) / 4 * 3);
        Base64.EncodeToUtf8(rest[..length], space[at..], out _, out var written, isFinalBlock: true);
        at += written;
        _next += length;
        if (length == rest.Length)
        {
            "\"}"u8.CopyTo(space[at..]);
            at += 2;
            IsWhole = true;
        }

        return at;
    }
}
