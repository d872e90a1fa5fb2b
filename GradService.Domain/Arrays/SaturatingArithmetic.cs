namespace GradService.Domain.Arrays;

/// <summary>Sizes and counts that stop at <see cref="long.MaxValue"/>: whatever is asked can be priced before it is refused.</summary>
internal static class SaturatingArithmetic
{
    public static long SaturatingTimes(this long a, long b) => Clamp((Int128)a * b);

    public static long SaturatingPlus(this long a, long b) => Clamp((Int128)a + b);

    private static long Clamp(Int128 value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
