using System.Globalization;
using System.Runtime.CompilerServices;

namespace GradService.Api.Wire.Arrays;

/// <summary>
/// Numbers of JSON to the nearest double, as fast as arrays of them need it. What Clinger's fast path cannot do (How to read floating
/// point numbers accurately, 1990) is done in two doubles with a bound of the error (Ziv's test); the rest, more than
/// 19 digits or powers of ten beyond 22, is left to the runtime.
/// </summary>
internal static class JsonNumber
{
    private const ulong LargestExact = 1UL << 53;
    private const int LargestPower = 22;
    private const double Doubt = 1.0 / (1L << 50);

    /// <summary>10ᵏ, each without error.</summary>
    private static ReadOnlySpan<double> Powers =>
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Reads the number that begins at a place, and moves the place behind it.</summary>
    /// <returns>False where no number of JSON begins there, or one that double precision cannot hold; the place stays then.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, ref int at, out double value)
    {
        value = 0;
        var (start, i) = (at, at);
        var negative = (uint)i < (uint)text.Length && text[i] == '-';
        if (negative)
        {
            i++;
        }

        var first = i;
        var digits = 0UL;
        i = Digits(text, i, ref digits);
        var count = i - first;
        if (count == 0 || (count > 1 && text[first] == '0'))
        {
            return false;
        }

        var exponent = 0;
        if ((uint)i < (uint)text.Length && text[i] == '.')
        {
            var point = i + 1;
            i = Digits(text, point, ref digits);
            exponent = point - i;
            count -= exponent;
            if (exponent == 0)
            {
                return false;
            }
        }

        if ((uint)i < (uint)text.Length && (text[i] | 0x20) == 'e' && !TryReadExponent(text, ref i, ref exponent))
        {
            return false;
        }

        if ((count <= 19 || SignificantDigits(text[first..i]) <= 19) && TryScale(digits, exponent, out var magnitude))
        {
            value = negative ? -magnitude : magnitude;
        }
        else if (!double.TryParse(text[start..i], NumberStyles.Float, CultureInfo.InvariantCulture, out value) || !double.IsFinite(value))
        {
            return false;
        }

        at = i;
        return true;
    }

    /// <summary>Takes digits in; more than 19 of them overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digits(ReadOnlySpan<byte> text, int i, ref ulong digits)
    {
        for (; (uint)i < (uint)text.Length && (uint)(text[i] - '0') <= 9; i++)
        {
            digits = (digits * 10) + (uint)(text[i] - '0');
        }

        return i;
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, ref int i, ref int exponent)
    {
        i++;
        var negative = (uint)i < (uint)text.Length && text[i] == '-';
        if (negative || ((uint)i < (uint)text.Length && text[i] == '+'))
        {
            i++;
        }

        var first = i;
        var written = 0;
        for (; (uint)i < (uint)text.Length && (uint)(text[i] - '0') <= 9; i++)
        {
            written = Math.Min((written * 10) + (text[i] - '0'), 1_000_000);
        }

        exponent += negative ? -written : written;
        return i > first;
    }

    private static int SignificantDigits(ReadOnlySpan<byte> number)
    {
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = (exponent < 0 ? number : number[..exponent]).TrimStart("0."u8);
        return mantissa.Length - mantissa.Count((byte)'.');
    }

    /// <summary>digits · 10^exponent, rounded once to nearest.</summary>
    private static bool TryScale(ulong digits, int exponent, out double value)
    {
        value = digits;
        if (exponent == 0)
        {
            return true;
        }

        if (exponent is < -LargestPower or > LargestPower)
        {
            return digits == 0;
        }

        if (digits <= LargestExact)
        {
            value = exponent < 0 ? value / Powers[-exponent] : value * Powers[exponent];
            return true;
        }

        // digits = value + rest, both without error; then the result is high + low to within 2⁻⁵⁰ of low.
        var rest = (double)(long)(digits - (ulong)value);
        double high, low, error;
        if (exponent < 0)
        {
            var power = Powers[-exponent];
            high = value / power;
            low = (Math.FusedMultiplyAdd(-high, power, value) + rest) / power;
            error = Math.Abs(low) * Doubt;
        }
        else
        {
            var power = Powers[exponent];
            high = value * power;
            var (lost, added) = (Math.FusedMultiplyAdd(value, power, -high), rest * power);
            low = lost + added;
            error = (Math.Abs(lost) + Math.Abs(added)) * Doubt;
        }

        // Where both ends of the interval round to one double, so does what lies between.
        value = high + (low - error);
        return value == high + (low + error);
    }
}
