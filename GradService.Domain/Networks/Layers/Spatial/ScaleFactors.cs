using System.Globalization;
using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>By how much each spatial axis becomes longer, or one factor for all of them.</summary>
/// <param name="Values">One entry, or one per axis.</param>
public sealed record ScaleFactors(params IReadOnlyList<double> Values)
{
    /// <summary>One entry per axis.</summary>
    /// <exception cref="FaultException">There are neither one nor as many as there are axes.</exception>
    internal double[] For(int axes, string path)
    {
        if (Values.Count != 1 && Values.Count != axes)
        {
            throw new FaultException(Fault.Invalid(path, $"one number, or a list of {axes}, one per spatial axis", $"a list of {Values.Count}"));
        }

        return [.. Enumerable.Range(0, axes).Select(axis => Values[Values.Count == 1 ? 0 : axis])];
    }

    public override string ToString() => Values.Count == 1 ? Written(Values[0]) : $"[{string.Join(", ", Values.Select(Written))}]";

    private static string Written(double value) => value.ToString(CultureInfo.InvariantCulture);
}
