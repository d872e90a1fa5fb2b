namespace GradService.Domain.Objectives.Sampling;

/// <summary>
/// Random numbers by their places: any of them without those before it, and the same on every machine. They are in their order those of
/// numpy.random.Generator(numpy.random.Philox(key=[seed, 0], counter=[0, axis, piece, use])).random().
/// </summary>
/// <param name="Seed">Of all that is drawn.</param>
/// <param name="Piece">The face of a boundary; 0 for a box.</param>
/// <param name="Axis">The axis, those along which all points have one number not counted.</param>
internal readonly record struct RandomNumbers(long Seed, int Piece, int Axis)
{
    /// <summary>What numbers are for; those for one thing have nothing to do with those for another.</summary>
    public enum Use
    {
        Points,
        DigitalShift,
        Permutation,
    }

    /// <summary>64 bits.</summary>
    public ulong Bits(Use use, long index) =>
        Philox.Word(unchecked((ulong)Seed), ((ulong)(index / 4) + 1, (ulong)Axis, (ulong)Piece, (ulong)use), (int)(index % 4));

    /// <summary>A number of at least 0 and below 1, a multiple of 2⁻⁵³.</summary>
    public double Uniform(Use use, long index) => Unit(Bits(use, index));

    /// <summary>Bits as a binary fraction, rounded down to a multiple of 2⁻⁵³.</summary>
    public static double Unit(ulong bits) => (bits >> 11) * (1.0 / (1L << 53));
}
