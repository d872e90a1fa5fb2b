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
    public static int SizeInBytes(this Dtype dtype) => dtype == Dtype.Float32 ? sizeof(float) : sizeof(double);

    /// <summary>The distance from 1 to the next number.</summary>
    public static double Epsilon(this Dtype dtype) => dtype == Dtype.Float32 ? MathF.BitIncrement(1f) - 1f : Math.BitIncrement(1.0) - 1.0;
}
