using System.Numerics;

namespace GradService.Domain.Objectives.Sampling;

/// <summary>
/// A random order of 0 … n − 1, of which any entry is computed without the others: a Feistel network on as many bits as n needs, applied
/// again until the result is below n (the cycle walking of Black and Rogaway, "Ciphers with arbitrary finite domains", 2002; as a way to
/// shuffle in parallel in Mitchell, Stokes, Frank and Holmes, "Bandwidth-optimal random shuffling for GPUs", 2022).
/// </summary>
internal sealed class Permutation
{
    private const int Rounds = 10;

    private readonly long _count;
    private readonly int _half;
    private readonly ulong[] _keys;

    /// <param name="count">n.</param>
    /// <param name="random">Decides the order.</param>
    public Permutation(long count, RandomNumbers random)
    {
        _count = count;
        _half = Math.Max(1, (65 - BitOperations.LeadingZeroCount((ulong)count - 1)) / 2);
        _keys = [.. Enumerable.Range(0, Rounds).Select(round => random.Bits(RandomNumbers.Use.Permutation, round))];
    }

    /// <summary>The entry at a place.</summary>
    public long At(long place)
    {
        // At most 4n numbers have those bits, so that few steps are needed; the cycle comes back to its start, which is below n.
        do
        {
            place = (long)Encipher((ulong)place);
        }
        while (place >= _count);

        return place;
    }

    private ulong Encipher(ulong value)
    {
        var mask = (1UL << _half) - 1;
        var (left, right) = (value >> _half, value & mask);
        foreach (var key in _keys)
        {
            (left, right) = (right, left ^ (Mixed(right ^ key) & mask));
        }

        return (left << _half) | right;
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).</summary>
    private static ulong Mixed(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
