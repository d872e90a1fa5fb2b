using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using GradService.Domain.Arrays;
using GradService.Domain.Native;

namespace GradService.Api.Wire.Arrays;

/// <summary>The text of an array in JSON, made in pieces.</summary>
internal abstract class ArrayText
{
    /// <summary>Where the text begins; the pieces are what follows.</summary>
    public abstract ReadOnlySpan<byte> FirstByte { get; }

    /// <summary>Whether all has been written.</summary>
    public bool IsWhole { get; protected set; }

    /// <summary>Writes on, until all is written or at least so many bytes are.</summary>
    /// <returns>How many bytes were written.</returns>
    public long WriteOn(IBufferWriter<byte> output, int atLeast)
    {
        var written = 0L;
        while (!IsWhole && written < atLeast)
        {
            var length = Fill(output.GetSpan(LongestPiece));
            output.Advance(length);
            written += length;
        }

        return written;
    }

    /// <summary>The space without which nothing can be written.</summary>
    protected internal abstract int LongestPiece { get; }

    /// <summary>Writes as much as there is space for, and says how much that is.</summary>
    protected internal abstract int Fill(Span<byte> space);
}

/// <summary>An array as nested lists: the shortest digits that read back to the same number, NaN and infinities as strings.</summary>
internal sealed class NestedArrayText : ArrayText
{
    /// <summary>More than any number takes, with a comma.</summary>
    private const int LongestNumber = 40;
    private readonly NdArray _array;

    /// <summary>Up to the first axis of size 0, below which there is nothing to write.</summary>
    private readonly long[] _sizes;
    private readonly long[] _indices;
    private readonly long _rowLength;
    private int _next;
    private long _column;
    private int _toOpen;

    public NestedArrayText(NdArray array)
    {
        _array = array;
        var dimensions = array.Shape.Dimensions;
        var empty = dimensions.IndexOf(0);
        _sizes = dimensions[..(empty < 0 ? dimensions.Length : empty + 1)].ToArray();
        _indices = new long[_sizes.Length];
        _rowLength = _sizes is [.., var last] ? last : 1;
        _toOpen = _sizes.Length - 1;
    }

    public override ReadOnlySpan<byte> FirstByte => "["u8;

    protected internal override int LongestPiece => LongestNumber + (2 * _sizes.Length) + 1;

    protected internal override int Fill(Span<byte> space) => _array.Dtype == Dtype.Float32 ? Fill(_array.Singles, space) : Fill(_array.Doubles, space);

    private int Fill<T>(ReadOnlySpan<T> values, Span<byte> space)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var at = 0;
        while (!IsWhole && space.Length - at >= LongestPiece)
        {
            for (; _toOpen > 0; _toOpen--)
            {
                space[at++] = (byte)'[';
            }

            if (_column < _rowLength)
            {
                if (_column++ > 0)
                {
                    space[at++] = (byte)',';
                }

                at += Write(values[_next++], space[at..]);
            }

            if (_column == _rowLength)
            {
                at += EndRow(space[at..]);
            }
        }

        return at;
    }

    /// <summary>Closes the row and all lists that end with it; opens as many before the next.</summary>
    private int EndRow(Span<byte> space)
    {
        var at = 0;
        space[at++] = (byte)']';
        var axis = _sizes.Length - 2;
        for (; axis >= 0 && ++_indices[axis] == _sizes[axis]; axis--)
        {
            _indices[axis] = 0;
            space[at++] = (byte)']';
        }

        IsWhole = axis < 0;
        if (!IsWhole)
        {
            space[at++] = (byte)',';
            (_column, _toOpen) = (0, _sizes.Length - 1 - axis);
        }

        return at;
    }

    private static int Write<T>(T value, Span<byte> space)
        where T : IBinaryFloatingPointIeee754<T>
    {
        if (T.IsFinite(value))
        {
            value.TryFormat(space, out var length, default, CultureInfo.InvariantCulture);
            return length;
        }

        var name = T.IsNaN(value) ? "\"NaN\""u8 : T.IsPositive(value) ? "\"Infinity\""u8 : "\"-Infinity\""u8;
        name.CopyTo(space);
        return name.Length;
    }
}

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

/// <summary>The text of an array's numbers within an object that says what they are.</summary>
/// <param name="before">What stands before the numbers, from the object's first byte on.</param>
/// <param name="numbers">The numbers.</param>
/// <param name="after">What stands behind them.</param>
internal sealed class FramedArrayText(string before, ArrayText numbers, string after) : ArrayText
{
    private readonly byte[] _before = Encoding.UTF8.GetBytes(before);
    private readonly byte[] _after = Encoding.UTF8.GetBytes(after);
    private bool _started;

    public override ReadOnlySpan<byte> FirstByte => _before.AsSpan(0, 1);

    protected internal override int LongestPiece => _before.Length + numbers.LongestPiece + _after.Length;

    /// <summary>"shape" and "dtype" of an array, as fields of an object.</summary>
    public static string ShapeAndDtype(NdArray array) => string.Create(CultureInfo.InvariantCulture,
        $"\"shape\":[{string.Join(',', array.Shape.Dimensions.ToArray())}],\"dtype\":\"{JsonNamingPolicy.CamelCase.ConvertName(array.Dtype.ToString())}\"");

    protected internal override int Fill(Span<byte> space)
    {
        var at = 0;
        if (!_started)
        {
            _before.AsSpan(1).CopyTo(space);
            numbers.FirstByte.CopyTo(space[(_before.Length - 1)..]);
            (at, _started) = (_before.Length - 1 + numbers.FirstByte.Length, true);
        }

        at += numbers.Fill(space[at..^_after.Length]);
        if (numbers.IsWhole)
        {
            _after.CopyTo(space[at..]);
            at += _after.Length;
            IsWhole = true;
        }

        return at;
    }
}
