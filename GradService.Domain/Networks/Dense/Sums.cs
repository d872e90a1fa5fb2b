using System.Numerics;
using System.Runtime.InteropServices;

namespace GradService.Domain.Networks.Dense;

/// <summary>Sums over the samples of one unit of a block, in the block's precision; blocks are added up in double precision.</summary>
internal static class Sums
{
    public static T Of<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var whole = MemoryMarshal.Cast<T, Vector<T>>(values);
        var sums = Vector<T>.Zero;
        foreach (var value in whole)
        {
            sums += value;
        }

        var sum = Vector.Sum(sums);
        foreach (var value in values[(whole.Length * Vector<T>.Count)..])
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>Σ (a − mean)².</summary>
    public static T OfSquaredDeviations<T>(ReadOnlySpan<T> values, T mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var whole = MemoryMarshal.Cast<T, Vector<T>>(values);
        var centre = Vector.Create(mean);
        var sums = Vector<T>.Zero;
        foreach (var value in whole)
        {
            var deviation = value - centre;
            sums += deviation * deviation;
        }

        var sum = Vector.Sum(sums);
        foreach (var value in values[(whole.Length * Vector<T>.Count)..])
        {
            sum += (value - mean) * (value - mean);
        }

        return sum;
    }

    /// <summary>Σ a·b.</summary>
    public static T OfProducts<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var first = MemoryMarshal.Cast<T, Vector<T>>(a);
        var second = MemoryMarshal.Cast<T, Vector<T>>(b);
        var sums = Vector<T>.Zero;
        for (var i = 0; i < first.Length; i++)
        {
            sums += first[i] * second[i];
        }

        var sum = Vector.Sum(sums);
        for (var i = first.Length * Vector<T>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
