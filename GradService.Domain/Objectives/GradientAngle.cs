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
        var (product, own, other, difference) = (0.0, 0.0, 0.0, 0.0);
        foreach (var (name, a) in gradient)
        {
            var b = whole[name];
            for (var i = 0; i < a.Count; i++)
            {
                product += a[i] * b[i];
                own += a[i] * a[i];
                other += b[i] * b[i];
                difference += (a[i] - b[i]) * (a[i] - b[i]);
            }
        }

        return other == 0 ? null : new GradientAngle(own == 0 ? null : product / Math.Sqrt(own * other), Math.Sqrt(difference / other));
    }
}
