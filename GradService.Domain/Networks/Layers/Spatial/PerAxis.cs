using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>A whole number for each spatial axis, or one for all of them.</summary>
/// <param name="Values">One entry, or one per axis.</param>
public sealed record PerAxis(params IReadOnlyList<int> Values)
{
    /// <summary>One entry per axis.</summary>
    /// <exception cref="FaultException">There are neither one nor as many as there are axes.</exception>
    internal long[] For(int axes, string path)
    {
        if (Values.Count != 1 && Values.Count != axes)
        {
            throw new FaultException(Fault.Invalid(path, $"one integer, or a list of {axes}, one per spatial axis", $"a list of {Values.Count}"));
        }

        return [.. Enumerable.Range(0, axes).Select(axis => (long)Values[Values.Count == 1 ? 0 : axis])];
    }

    /// <summary>Whether both say the same of that many axes.</summary>
    internal bool IsSameAs(PerAxis other, int axes) =>
        (Values.Count == 1 || Values.Count == axes) && (other.Values.Count == 1 || other.Values.Count == axes)
            && Enumerable.Range(0, axes).All(axis => Values[Values.Count == 1 ? 0 : axis] == other.Values[other.Values.Count == 1 ? 0 : axis]);

    public override string ToString() => Values.Count == 1 ? $"{Values[0]}" : $"[{string.Join(", ", Values)}]";
}
