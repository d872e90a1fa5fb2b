using GradService.Domain.Arrays;

namespace GradService.Domain.Objectives;

/// <summary>How a parameter gradient lies to another.</summary>
/// <param name="Cosine">Of the angle between them; null where it is zero, and has no direction.</param>
/// <param name="RelativeDifference">The norm of their difference relative to that of the other.</param>
internal sealed record GradientAngle(double? Cosine, double RelativeDifference)
{
    /// <summary>As findings write it.</summary>
    public string Words => (Cosine is { } cosine ? $"its cosine is {Findings.Words.Exact(cosine)}" : "it is zero")
        + $" and their difference {Findings.Words.Percent(RelativeDifference)} of that one's norm";

    /// <summary>How a gradient lies to a whole one; null where that is zero.</summary>
    public static GradientAngle? Between(IReadOnlyDictionary<string, NdArray> gradient, IReadOnlyDictionary<string, NdArray> whole)
    {
        // A power of two that takes the size out before anything is squared: it rounds nothing.
        var largest = gradient.Values.Concat(whole.Values).Select(values => values.MaxAbsolute()).Append(0).Max();
        var unit = largest > 0 && double.IsFinite(largest) ? Math.ScaleB(1, Math.Min(1000, -Math.ILogB(largest))) : 1;
        var (product, own, other, difference) = (0.0, 0.0, 0.0, 0.0);
        foreach (var (name, values) in gradient)
        {
            var others = whole[name];
            for (var i = 0; i < values.Count; i++)
            {
                var (a, b) = (unit * values[i], unit * others[i]);
                product += a * b;
                own += a * a;
                other += b * b;
                difference += (a - b) * (a - b);
            }
        }

        return other == 0 ? null : new GradientAngle(own == 0 ? null : product / Math.Sqrt(own * other), Math.Sqrt(difference / other));
    }
}
