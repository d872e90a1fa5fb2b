using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Domain.Networks.Dense;

namespace GradService.Domain.Networks.Layers;

/// <summary>y = W·x + b on the way there, Wᵀ·g on the way back; nothing is kept.</summary>
internal sealed class LinearKernel<T> : IBlockKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _weight;
    private readonly T[] _transposed;
    private readonly T[] _bias;
    private readonly T[] _nothing;

    /// <param name="weight">[O, I].</param>
    /// <param name="bias">[O], null: none.</param>
    /// <param name="inFeatures">I.</param>
    public LinearKernel(T[] weight, T[]? bias, int inFeatures)
    {
        var outFeatures = weight.Length / inFeatures;
        _weight = weight;
        _bias = bias ?? new T[outFeatures];
        _nothing = new T[inFeatures];
        _transposed = new T[weight.Length];
        for (var o = 0; o < outFeatures; o++)
        {
            for (var i = 0; i < inFeatures; i++)
            {
                _transposed[(i * outFeatures) + o] = weight[(o * inFeatures) + i];
            }
        }
    }

    public int Kept => 0;

    public void Forward(ReadOnlySpan<T> x, Span<T> y, Span<T> kept) => Multiply(_weight, _bias, x, y);

    public void Backward(ReadOnlySpan<T> gradient, ReadOnlySpan<T> kept, Span<T> result) => Multiply(_transposed, _nothing, gradient, result);

    /// <summary>
    /// result [R, B] = matrix [R, K] · x [K, B] + offset [R], in tiles of four rows and two vectors, which stay in registers. The offset
    /// comes last, as in libtorch.
    /// </summary>
    private static void Multiply(T[] matrix, T[] offset, ReadOnlySpan<T> x, Span<T> result)
    {
        var columns = matrix.Length / offset.Length;
        var from = MemoryMarshal.Cast<T, Vector<T>>(x);
        var to = MemoryMarshal.Cast<T, Vector<T>>(result);
        var run = to.Length / offset.Length;
        var row = 0;
        for (; row + 4 <= offset.Length; row += 4)
        {
            var at = 0;
            for (; at + 2 <= run; at += 2)
            {
                Tile(matrix.AsSpan(row * columns, 4 * columns), offset.AsSpan(row, 4), from[at..], run, to[((row * run) + at)..]);
            }

            for (; at < run; at++)
            {
                for (var r = row; r < row + 4; r++)
                {
                    Single(matrix.AsSpan(r * columns, columns), offset[r], from[at..], run, out to[(r * run) + at]);
                }
            }
        }

        for (; row < offset.Length; row++)
        {
            for (var at = 0; at < run; at++)
            {
                Single(matrix.AsSpan(row * columns, columns), offset[row], from[at..], run, out to[(row * run) + at]);
            }
        }
    }

    private static void Tile(ReadOnlySpan<T> rows, ReadOnlySpan<T> offset, ReadOnlySpan<Vector<T>> x, int run, Span<Vector<T>> result)
    {
        var columns = rows.Length / 4;
        var row0 = rows[..columns];
        var row1 = rows.Slice(columns, columns);
        var row2 = rows.Slice(2 * columns, columns);
        var row3 = rows[(3 * columns)..];
        Vector<T> a0 = Vector<T>.Zero, a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
        for (var k = 0; k < row0.Length; k++)
        {
            Vector<T> x0 = x[k * run], x1 = x[(k * run) + 1];
            var w = Vector.Create(row0[k]);
            (a0, a1) = (VectorMath.MultiplyAdd(w, x0, a0), VectorMath.MultiplyAdd(w, x1, a1));
            w = Vector.Create(row1[k]);
            (b0, b1) = (VectorMath.MultiplyAdd(w, x0, b0), VectorMath.MultiplyAdd(w, x1, b1));
            w = Vector.Create(row2[k]);
            (c0, c1) = (VectorMath.MultiplyAdd(w, x0, c0), VectorMath.MultiplyAdd(w, x1, c1));
            w = Vector.Create(row3[k]);
            (d0, d1) = (VectorMath.MultiplyAdd(w, x0, d0), VectorMath.MultiplyAdd(w, x1, d1));
        }

        (result[0], result[1]) = (a0 + Vector.Create(offset[0]), a1 + Vector.Create(offset[0]));
        (result[run], result[run + 1]) = (b0 + Vector.Create(offset[1]), b1 + Vector.Create(offset[1]));
        (result[2 * run], result[(2 * run) + 1]) = (c0 + Vector.Create(offset[2]), c1 + Vector.Create(offset[2]));
        (result[3 * run], result[(3 * run) + 1]) = (d0 + Vector.Create(offset[3]), d1 + Vector.Create(offset[3]));
    }

    private static void Single(ReadOnlySpan<T> row, T offset, ReadOnlySpan<Vector<T>> x, int run, out Vector<T> result)
    {
        var sum = Vector<T>.Zero;
        for (var k = 0; k < row.Length; k++)
        {
            sum = VectorMath.MultiplyAdd(Vector.Create(row[k]), x[k * run], sum);
        }

        result = sum + Vector.Create(offset);
    }
}
