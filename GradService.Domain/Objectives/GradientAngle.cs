using GradService.Domain.Arrays;

namespace GradService.Domain.Objectives;

/// <summary>How two parameter gradients lie to each other.</summary>
internal static class GradientAngle
{
    /// <summary>The cosine of the angle between them, and the norm of their difference relative to that of <paramref name="whole"/>.</summary>
    public static PartialGradientEvidence Between(IReadOnlyDictionary<string, NdArray> gradient, IReadOnlyDictionary<string, NdArray> whole)
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

        return new PartialGradientEvidence(product / Math.Sqrt(own * other), Math.Sqrt(difference / other));
    }
}
