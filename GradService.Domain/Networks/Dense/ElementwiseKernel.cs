using System.Numerics;
using System.Runtime.InteropServices;

namespace GradService.Domain.Networks.Dense;

/// <summary>A function of one number with its derivative, of many numbers at once.</summary>
internal interface IScalarFunction
{
    /// <summary>In double precision; T is the precision that results are rounded to, float or double.</summary>
    (Vector<double> Value, Vector<double> Slope) At<T>(Vector<double> x);
}

/// <summary>A function of each element alone.</summary>
internal sealed class ElementwiseKernel<TFunction, T>(TFunction function, int units) : SlopeKernel<T>(units)
    where TFunction : struct, IScalarFunction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(ReadOnlySpan<T> x, Span<T> y, Span<T> kept)
    {
        if (typeof(T) == typeof(float))
        {
            Singles(MemoryMarshal.Cast<T, Vector<float>>(x), MemoryMarshal.Cast<T, Vector<float>>(y), MemoryMarshal.Cast<T, Vector<float>>(kept));
        }
        else
        {
            Doubles(MemoryMarshal.Cast<T, Vector<double>>(x), MemoryMarshal.Cast<T, Vector<double>>(y), MemoryMarshal.Cast<T, Vector<double>>(kept));
        }
    }

    private void Singles(ReadOnlySpan<Vector<float>> x, Span<Vector<float>> y, Span<Vector<float>> kept)
    {
        for (var i = 0; i < x.Length; i++)
        {
            Vector.Widen(x[i], out var lower, out var upper);
            var (first, firstSlope) = function.At<float>(lower);
            var (second, secondSlope) = function.At<float>(upper);
            y[i] = Vector.Narrow(first, second);
            kept[i] = Vector.Narrow(firstSlope, secondSlope);
        }
    }

    private void Doubles(ReadOnlySpan<Vector<double>> x, Span<Vector<double>> y, Span<Vector<double>> kept)
    {
        for (var i = 0; i < x.Length; i++)
        {
            (y[i], kept[i]) = function.At<double>(x[i]);
        }
    }
}
