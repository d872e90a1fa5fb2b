using System.Numerics;

namespace GradService.Domain.Objectives.Sampling;

/// <summary>
/// The Sobol sequence in the order of the Gray code (Antonov and Saleev, 1979), as SciPy and PyTorch have it, 32 bits of each number, under
/// a random digital shift (Owen, 2003): XOR with bits of the axis' own, which keeps each interval's share of the points.
/// </summary>
internal static class Sobol
{
    /// <summary>The most axes there are numbers for.</summary>
    public static int MaxAxes => SobolNumbers.Axes;

    /// <summary>The numbers of one axis in [0, 1), by row.</summary>
    /// <param name="random">Those of the axis.</param>
    public static Func<long, double> Along(RandomNumbers random)
    {
        var (numbers, shift) = (SobolNumbers.Of(random.Axis), random.Bits(RandomNumbers.Use.DigitalShift, 0));
        return row => RandomNumbers.Unit(((ulong)Unshifted(numbers, row) << 32) ^ shift);
    }

    /// <summary>A number of the sequence itself, times 2³².</summary>
    /// <param name="numbers">The axis' direction numbers.</param>
    /// <param name="row">Its place, below 2³².</param>
    internal static uint Unshifted(uint[] numbers, long row)
    {
        var number = 0u;
        for (var gray = (uint)(row ^ (row >> 1)); gray != 0; gray &= gray - 1)
        {
            number ^= numbers[BitOperations.TrailingZeroCount(gray)];
        }

        return number;
    }
}
