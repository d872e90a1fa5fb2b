using System.Globalization;
using System.Numerics;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

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
