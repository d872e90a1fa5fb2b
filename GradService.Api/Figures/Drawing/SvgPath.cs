using System.Globalization;
using System.Text;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>Paths in the words of SVG, as short as they can be said.</summary>
internal static class SvgPath
{
    /// <summary>A path of whole numbers, in steps from point to point.</summary>
    public static string Of(SKPath path)
    {
        var data = new StringBuilder();
        var (at, start, points) = (default(SKPointI), default(SKPointI), new SKPoint[4]);
        using var iterator = path.CreateRawIterator();
        for (var verb = iterator.Next(points); verb != SKPathVerb.Done; verb = iterator.Next(points))
        {
            switch (verb)
            {
                case SKPathVerb.Move:
                    Step('m', points.AsSpan(0, 1));
                    start = at;
                    break;
                case SKPathVerb.Line:
                    Step('l', points.AsSpan(1, 1));
                    break;
                case SKPathVerb.Quad:
                    Step('q', points.AsSpan(1, 2));
                    break;
                case SKPathVerb.Cubic:
                    Step('c', points.AsSpan(1, 3));
                    break;
                case SKPathVerb.Close:
                    data.Append('z');
                    at = start;
                    break;
            }
        }

        return data.ToString();

        void Step(char verb, ReadOnlySpan<SKPoint> to)
        {
            var (from, isFirst) = (at, true);
            data.Append(verb);
            foreach (var point in to)
            {
                at = SKPointI.Round(point);
                Append(at.X - from.X, isFirst);
                Append(at.Y - from.Y, false);
                isFirst = false;
            }
        }

        void Append(int number, bool isFirst)
        {
            if (!isFirst && number >= 0)
            {
                data.Append(' ');
            }

            data.Append(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>
    /// Numbers of a path or an attribute to a tenth of a pixel: no eye sees more, and the last bits of a processor's
    /// arithmetic seldom reach so far.
    /// </summary>
    public static void AppendRounded(StringBuilder text, ReadOnlySpan<char> data)
    {
        for (var at = 0; at < data.Length;)
        {
            var length = LengthOfNumber(data[at..]);
            if (length == 0)
            {
                text.Append(data[at++]);
                continue;
            }

            var rounded = Math.Round(double.Parse(data.Slice(at, length), CultureInfo.InvariantCulture), 1, MidpointRounding.AwayFromZero);
            text.Append(CultureInfo.InvariantCulture, $"{(rounded == 0 ? 0 : rounded):0.#}");
            at += length;
        }
    }

    private static int LengthOfNumber(ReadOnlySpan<char> data)
    {
        var length = data.Length > 0 && data[0] == '-' ? 1 : 0;
        var digits = length;
        while (length < data.Length && (char.IsAsciiDigit(data[length]) || data[length] == '.' || (data[length] == 'e' && length > digits)
            || (data[length] == '-' && data[length - 1] == 'e')))
        {
            length++;
        }

        return length > digits ? length : 0;
    }
}
