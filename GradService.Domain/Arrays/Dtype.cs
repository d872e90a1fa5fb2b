namespace GradService.Domain.Arrays;

/// <summary>The precision of all numbers of a network.</summary>
public enum Dtype
{
    /// <summary>IEEE 754 single precision, 4 bytes.</summary>
    Float32,

    /// <summary>IEEE 754 double precision, 8 bytes.</summary>
    Float64,
}

public static class DtypeExtensions
{
    private const double SmallestNormalSingle = 1.1754943508222875E-38;

    private const double SmallestNormalDouble = 2.2250738585072014E-308;

    public static int SizeInBytes(this Dtype dtype) => dtype == Dtype.Float32 ? sizeof(float) : sizeof(double);

    /// <summary>
    /// The number as a constant of that precision. What would become 0 is the smallest that is not denormal, so that nothing is divided by 0 that was
    /// not meant to be; what is beyond the range is infinite, as IEEE 754 has it.
    /// </summary>
    public static double Constant(this Dtype dtype, double number) => dtype == Dtype.Float64 || number == 0 || double.IsNaN(number)
        ? number
        : (float)Math.CopySign(Math.Max(Math.Abs(number), SmallestNormalSingle), number);

    /// <summary>The smallest number above 0 that is not denormal.</summary>
    public static double SmallestNormal(this Dtype dtype) => dtype == Dtype.Float32 ? SmallestNormalSingle : SmallestNormalDouble;

    /// <summary>The distance from 1 to the next number.</summary>
    public static double Epsilon(this Dtype dtype) => dtype == Dtype.Float32 ? MathF.BitIncrement(1f) - 1f : Math.BitIncrement(1.0) - 1.0;
}
