using System.Globalization;

namespace GradService.Api.Figures.Panels;

/// <summary>
/// A range of values on an axis, with its ticks. Plots are drawn from 0 to 1, and this says what stands where: no number of a request,
/// however large, small or close to another, ever reaches the arithmetic of the drawing.
/// </summary>
/// <param name="Lower">The value at 0.</param>
/// <param name="Upper">The value at 1.</param>
/// <param name="Ticks">Round values between them, with their labels.</param>
/// <param name="Unit">What the labels are to be multiplied by, as "×10⁻⁶"; empty: by nothing.</param>
internal sealed record AxisScale(double Lower, double Upper, IReadOnlyList<(double Value, string Label)> Ticks, string Unit)
{
    /// <summary>Beyond it nothing is drawn: spans would overflow.</summary>
    private const double Largest = 1e300;

    /// <summary>Below it all is zero: steps would vanish.</summary>
    private const double Smallest = 1e-290;

    /// <summary>Values closer together than this part of their size are one to the eye, and to the digits of a label.</summary>
    private const double Narrowest = 1e-4;

    /// <summary>Where a value is drawn; NaN for one that cannot be. The last tick may be a little beyond the largest value.</summary>
    public double Of(double value) => Math.Abs(value) <= 1.5 * Largest ? (value - Lower) / (Upper - Lower) : double.NaN;

    public static bool IsDrawn(double value) => Math.Abs(value) <= Largest;

    /// <summary>A scale that holds all values that can be drawn, with a little room around them.</summary>
    /// <param name="values">The values.</param>
    /// <param name="ticks">About how many ticks there is room for.</param>
    /// <param name="margin">The room, as a part of the span.</param>
    public static AxisScale Around(IEnumerable<double> values, int ticks, double margin = 0.05)
    {
        var (lower, upper) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (IsDrawn(value))
            {
                (lower, upper) = (Math.Min(lower, value), Math.Max(upper, value));
            }
        }

        if (lower > upper)
        {
            (lower, upper) = (0, 1);
        }

        var size = Math.Max(Math.Abs(lower), Math.Abs(upper));
        var least = size < Smallest ? 1 : Narrowest * size;
        if (upper - lower < least)
        {
            var middle = size < Smallest ? 0 : (lower / 2) + (upper / 2);
            (lower, upper) = (middle - least, middle + least);
        }

        var room = margin * (upper - lower);
        return Between(lower - room, upper + room, ticks);
    }

    /// <summary>A scale from one value to a larger one.</summary>
    public static AxisScale Between(double lower, double upper, int ticks)
    {
        var (step, power) = Step((upper - lower) / Math.Max(1, ticks));
        var size = PowerOf(Math.Max(Math.Abs(lower), Math.Abs(upper)));
        var shift = size is >= 5 or < -3 ? size : 0;
        var places = Math.Clamp(shift - power, 0, 12);
        var labelled = new List<(double, string)>();
        for (var count = Math.Ceiling((lower / step) - 1e-9); count * step <= upper + (1e-9 * step) && labelled.Count < 50; count++)
        {
            var text = (count * step / Math.Pow(10, shift)).ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            labelled.Add((count * step, (count == 0 ? text.TrimStart('-') : text).Replace('-', '−')));
        }

        return new AxisScale(lower, upper, labelled, shift == 0 ? "" : $"×{Amount.PowerOfTen(shift)}");
    }

    /// <summary>The least of 1, 2, 5 times a power of ten that is not below a size, and that power.</summary>
    private static (double Step, int Power) Step(double size)
    {
        var power = PowerOf(size);
        foreach (var digit in (ReadOnlySpan<int>)[1, 2, 5])
        {
            if (digit * Math.Pow(10, power) >= size * (1 - 1e-9))
            {
                return (digit * Math.Pow(10, power), power);
            }
        }

        return (Math.Pow(10, power + 1), power + 1);
    }

    /// <summary>The power of ten at or below a size. Logarithms of powers of ten may be a last bit off, and are rounded up.</summary>
    private static int PowerOf(double size) => size > 0 ? (int)Math.Floor(Math.Log10(size) + 1e-9) : 0;
}
