using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>How many positions are put before and after axes of a sample.</summary>
/// <param name="Values">One entry for both ends of all spatial axes; or, as PyTorch has it, two per axis, before and after, the last axis first.</param>
public sealed record PadAmounts(params IReadOnlyList<int> Values)
{
    /// <summary>Whether one number is for both ends of all spatial axes.</summary>
    internal bool Everywhere => Values.Count == 1;

    /// <summary>In PyTorch's order, for so many axes.</summary>
    /// <exception cref="FaultException">The list is no list of pairs, or of more than there are axes.</exception>
    internal long[] Of(int axes, string path)
    {
        if (!Everywhere && (Values.Count % 2 != 0 || Values.Count > 2 * axes))
        {
            throw new FaultException(Fault.Invalid(path, $"one integer, or a list of 2 per axis, at most {2 * axes}, the last axis first",
                $"a list of {Values.Count}"));
        }

        return [.. Enumerable.Range(0, 2 * axes).Select(entry => Everywhere ? Values[0] : entry < Values.Count ? (long)Values[entry] : 0)];
    }

    public override string ToString() => Everywhere ? $"{Values[0]}" : $"[{string.Join(", ", Values)}]";
}
