using System.Buffers;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>
/// Nested lists of numbers, from the text straight into one flat buffer. It knows good arrays only: where anything is odd it gives up,
/// and <see cref="NestedArrayReader"/>, token by token, says what is wrong and where.
/// </summary>
internal static class NestedArrayParser
{
    /// <summary>The array whose first bracket the text begins with; null where it is not quite regular.</summary>
    /// <param name="text">Some JSON, which may go on behind the array.</param>
    /// <param name="length">How many bytes the array takes.</param>
    /// <param name="numbers">How many numbers there are at most; 0 where that is not known.</param>
    public static NdArray? TryParse(ReadOnlySpan<byte> text, out int length, int numbers = 0)
    {
        using var values = new NumberBuffer(numbers);
        Span<long> sizes = stackalloc long[NestedArrayReader.MaxRank];
        Span<long> counts = stackalloc long[NestedArrayReader.MaxRank];
        sizes.Fill(-1);
        var (open, rank, at) = (0, -1, 0);
        length = 0;
        while (true)
        {
            SkipSpace(text, ref at);
            if (at >= text.Length)
            {
                return null;
            }

            if (text[at] == '[')
            {
                if (open == rank || open == NestedArrayReader.MaxRank)
                {
                    return null;
                }

                counts[open++] = 0;
                at++;
                SkipSpace(text, ref at);
                if (at >= text.Length || text[at] != ']')
                {
                    continue;
                }
            }
            else
            {
                if ((rank >= 0 && open != rank) || !TryReadValue(text, ref at, out var value))
                {
                    return null;
                }

                rank = open;
                values.Add(value);
                counts[open - 1]++;
                SkipSpace(text, ref at);
            }

            for (; at < text.Length && text[at] == ']'; SkipSpace(text, ref at))
            {
                at++;
                rank = rank < 0 ? open : rank;
                var axis = open - 1;
                if ((sizes[axis] >= 0 && sizes[axis] != counts[axis]) || (counts[axis] == 0 && open < rank))
                {
                    return null;
                }

                sizes[axis] = counts[axis];
                open = axis;
                if (open == 0)
                {
                    length = at;
                    return new NdArray(new Shape(sizes[..rank]), values.ToArray());
                }

                counts[open - 1]++;
            }

            if (at >= text.Length || text[at++] != ',')
            {
                return null;
            }
        }
    }

    private static bool TryReadValue(ReadOnlySpan<byte> text, ref int at, out double value) =>
        text[at] == '"' ? TryReadNamed(text, ref at, out value) : JsonNumber.TryRead(text, ref at, out value);

    private static bool TryReadNamed(ReadOnlySpan<byte> text, ref int at, out double value)
    {
        var rest = text[at..];
        (value, var taken) = rest.StartsWith("\"NaN\""u8) ? (double.NaN, 5)
            : rest.StartsWith("\"Infinity\""u8) ? (double.PositiveInfinity, 10)
            : rest.StartsWith("\"-Infinity\""u8) ? (double.NegativeInfinity, 11)
            : (0, 0);
        at += taken;
        return taken > 0;
    }

    private static void SkipSpace(ReadOnlySpan<byte> text, ref int at)
    {
        while ((uint)at < (uint)text.Length && text[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }
    }
}

/// <summary>
/// Numbers as they come. Where it is known how many there are, straight into their array; else in a rented buffer that doubles when it is full.
/// </summary>
/// <param name="most">How many there are at most; 0 where that is not known.</param>
internal sealed class NumberBuffer(int most = 0) : IDisposable
{
    private const int Few = 256;

    private bool _isRented = most <= Few;
    private double[] _values = most <= Few ? ArrayPool<double>.Shared.Rent(Few) : GC.AllocateUninitializedArray<double>(most);
    private int _count;

    /// <summary>How many numbers the text of one array has at most, and just as many where it is regular: they are parted by commas.</summary>
    public static int MostIn(ReadOnlySpan<byte> text) => 1 + text.Count((byte)',');

    public void Add(double value)
    {
        if (_count == _values.Length)
        {
            Grow();
        }

        _values[_count++] = value;
    }

    /// <summary>The numbers so far, in an array of just their number.</summary>
    public double[] ToArray() => !_isRented && _count == _values.Length ? _values : _values.AsSpan(0, _count).ToArray();

    public void Dispose()
    {
        Return();
        (_values, _count, _isRented) = ([], 0, false);
    }

    private void Grow()
    {
        var larger = ArrayPool<double>.Shared.Rent(2 * _values.Length);
        _values.CopyTo(larger, 0);
        Return();
        (_values, _isRented) = (larger, true);
    }

    private void Return()
    {
        if (_isRented)
        {
            ArrayPool<double>.Shared.Return(_values);
        }
    }
}
