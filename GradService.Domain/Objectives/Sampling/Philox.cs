namespace GradService.Domain.Objectives.Sampling;

/// <summary>
/// Philox4x64-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011): a hash of integers, whose values at
/// neighbouring places are as good as drawn. numpy.random.Philox is the same.
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;

    /// <summary>64 random bits: a word of the block at a place.</summary>
    /// <param name="key">The lower half of the key; the upper one is 0.</param>
    /// <param name="place">The counter, four words of it.</param>
    /// <param name="word">Which of the block's four words.</param>
    public static ulong Word(ulong key, (ulong, ulong, ulong, ulong) place, int word)
    {
        var (a, b, c, d) = place;
        var (key0, key1) = (key, 0UL);
        for (var round = 0; round < Rounds; round++)
        {
            var high0 = Math.BigMul(0xD2E7470EE14C6C93, a, out var low0);
            var high1 = Math.BigMul(0xCA5A826395121157, c, out var low1);
            (a, b, c, d) = (high1 ^ b ^ key0, low1, high0 ^ d ^ key1, low0);
            key0 += 0x9E3779B97F4A7C15;
            key1 += 0xBB67AE8584CAA73B;
        }

        return word switch
        {
            0 => a,
            1 => b,
            2 => c,
            _ => d,
        };
    }
}
