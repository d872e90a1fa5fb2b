using System.Numerics;
using System.Runtime.InteropServices;

namespace GradService.Domain.Networks.Dense;

/// <summary>What treats each element alone: on the way there the slopes are kept, so the way back is one product.</summary>
internal abstract class SlopeKernel<T>(int units) : IBlockKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Kept => units;

    public abstract void Forward(ReadOnlySpan<T> x, Span<T> y, Span<T> kept);

    public void Backward(ReadOnlySpan<T> gradient, ReadOnlySpan<T> kept, Span<T> result)
    {
        var from = MemoryMarshal.Cast<T, Vector<T>>(gradient);
        var slopes = MemoryMarshal.Cast<T, Vector<T>>(kept);
        var to = MemoryMarshal.Cast<T, Vector<T>>(result);
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = from[i] * slopes[i];
        }
    }
}
