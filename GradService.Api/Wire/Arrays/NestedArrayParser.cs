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
