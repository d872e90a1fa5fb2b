using System.Globalization;

namespace GradService.Api.Figures.Panels;

/// <summary>Numbers as figures write them.</summary>
internal static class Amount
{
    /// <summary>Three significant digits, without the point or the culture of a machine: 0.52, 6.1×10⁻⁶, −3.</summary>
    public static string Of(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "NaN" : number > 0 ? "∞" : "−∞";
        }

        var text = number.ToString("G3", CultureInfo.InvariantCulture);
        var exponent = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = (exponent < 0 ? text : text[..exponent]).Replace('-', '−');
        return exponent < 0 ? mantissa : $"{mantissa}×{PowerOfTen(int.Parse(text[(exponent + 1)..], CultureInfo.InvariantCulture))}";
    }

    /// <summary>10⁻⁶.</summary>
    public static string PowerOfTen(int exponent) =>
        "10" + string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(digit => digit == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']));

    /// <summary>12%, 0.3%; what is not zero is never called so.</summary>
    public static string Percent(double share) =>
        share is > 0 and < 0.0005 ? "less than 0.05%" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:G3}%");
}
