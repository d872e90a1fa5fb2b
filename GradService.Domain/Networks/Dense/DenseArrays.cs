using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;

namespace GradService.Domain.Networks.Dense;

/// <summary>Arrays of a precision that is known by its type.</summary>
internal static class DenseArrays
{
    /// <summary>The buffer of an array of that precision.</summary>
    public static T[] Buffer<T>(this NdArray array)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (T[])array.Buffer;

    /// <summary>The values of an array of that precision.</summary>
    public static Span<T> Values<T>(this NdArray array)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => array.Dtype == DtypeOf<T>()
            ? MemoryMarshal.Cast<byte, T>(array.Bytes)
            : throw new ArgumentException($"The array is of {array.Dtype}, not of {DtypeOf<T>()}.");

    /// <summary>[length].</summary>
    public static NdArray ToNdArray<T>(this T[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => values is float[] singles
            ? new NdArray(new Shape(values.Length), singles)
            : new NdArray(new Shape(values.Length), (double[])(object)values);

    public static Dtype DtypeOf<T>() => typeof(T) == typeof(float) ? Dtype.Float32 : Dtype.Float64;
}
