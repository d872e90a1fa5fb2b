using System.Numerics;
using System.Runtime.InteropServices;

namespace GradService.Domain.Arrays;

/// <summary>Numbers of one precision in a flat row-major buffer, with a shape. It owns managed memory only.</summary>
public sealed class NdArray
{
    private readonly float[]? _singles;
    private readonly double[]? _doubles;

    /// <param name="shape">The shape; its number of elements is the buffer's length.</param>
    /// <param name="values">The values, row-major; not copied.</param>
    public NdArray(Shape shape, double[] values)
        : this(shape, null, values)
    {
    }

    /// <inheritdoc cref="NdArray(Shape, double[])"/>
    public NdArray(Shape shape, float[] values)
        : this(shape, values, null)
    {
    }

    private NdArray(Shape shape, float[]? singles, double[]? doubles)
    {
        Shape = shape;
        _singles = singles;
        _doubles = doubles;
        if (shape.Elements != Count)
        {
            throw new ArgumentException($"{Count} values do not fill shape {shape}.");
        }
    }

    public Shape Shape { get; }

    public Dtype Dtype => _singles is null ? Dtype.Float64 : Dtype.Float32;

    public int Count => _singles?.Length ?? _doubles!.Length;

    public double this[long index] => _singles is null ? _doubles![index] : _singles[index];

    /// <summary>The values where the precision is single, else empty.</summary>
    public ReadOnlySpan<float> Singles => _singles;

    /// <summary>The values where the precision is double, else empty.</summary>
    public ReadOnlySpan<double> Doubles => _doubles;

    /// <summary>The values' own bytes, row-major, in the order of the processor.</summary>
    public ReadOnlySpan<byte> RawBytes => Bytes;

    internal Span<byte> Bytes => _singles is null ? MemoryMarshal.AsBytes(_doubles.AsSpan()) : MemoryMarshal.AsBytes(_singles.AsSpan());

    /// <summary>Zeros.</summary>
    public static NdArray Allocate(Shape shape, Dtype dtype) => dtype == Dtype.Float32
        ? new NdArray(shape, new float[shape.Elements])
        : new NdArray(shape, new double[shape.Elements]);

    /// <summary>An array of which every entry will be written before it is read.</summary>
    internal static NdArray AllocateUninitialized(Shape shape, Dtype dtype) => dtype == Dtype.Float32
        ? new NdArray(shape, GC.AllocateUninitializedArray<float>((int)shape.Elements))
        : new NdArray(shape, GC.AllocateUninitializedArray<double>((int)shape.Elements));

    /// <summary>The same values in that precision; the array itself where it has it.</summary>
    internal NdArray In(Dtype dtype) => dtype == Dtype ? this
        : _singles is { } singles ? new NdArray(Shape, Array.ConvertAll(singles, value => (double)value))
        : new NdArray(Shape, Array.ConvertAll(_doubles!, value => (float)value));

    /// <summary>The buffer itself, an array of float or double.</summary>
    internal Array Buffer => (Array?)_singles ?? _doubles!;

    /// <summary>The same values under another shape of as many elements.</summary>
    public NdArray Reshape(Shape shape) => new(shape, _singles, _doubles);

    /// <summary>The first element that is NaN or infinite, −1 if there is none.</summary>
    public long FirstNonFinite()
    {
        for (var i = 0; i < Count; i++)
        {
            if (!double.IsFinite(this[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether every element is that number.</summary>
    public bool IsAll(double number)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i] != number)
            {
                return false;
            }
        }

        return true;
    }

    public int CountNonFinite() => double.IsFinite(MaxAbsolute()) ? 0 : _singles is null ? CountNonFinite<double>(_doubles) : CountNonFinite<float>(_singles);

    /// <summary>The largest absolute value; 0 if empty, NaN if any is NaN.</summary>
    public double MaxAbsolute() => _singles is null
        ? BitConverter.Int64BitsToDouble(Largest(MemoryMarshal.Cast<double, long>(_doubles), long.MaxValue))
        : BitConverter.Int32BitsToSingle(Largest(MemoryMarshal.Cast<float, int>(_singles), int.MaxValue));

    /// <summary>The Frobenius norm, summed in double precision, of whatever size the values are.</summary>
    public double Norm()
    {
        if (_singles is not null)
        {
            return Math.Sqrt(SumOfSquares<float>(_singles, 1));
        }

        // Squares that are neither too large nor too small for double precision as they are.
        var squares = SumOfSquares<double>(_doubles, 1);
        if (squares is > 1e-280 and < double.PositiveInfinity || MaxAbsolute() is var largest && !(largest > 0 && double.IsFinite(largest)))
        {
            return Math.Sqrt(squares);
        }

        var scale = Math.ScaleB(1, Math.Min(1000, -Math.ILogB(largest)));
        return Math.Sqrt(SumOfSquares<double>(_doubles, scale)) / scale;
    }

    /// <summary>Some entries of the first axis in a row.</summary>
    internal NdArray Rows(long from, long count)
    {
        if (from == 0 && count == Shape[0])
        {
            return this;
        }

        var row = Count / (int)Shape[0] * Dtype.SizeInBytes();
        var some = AllocateUninitialized(new Shape([count, .. Shape.Dimensions[1..]]), Dtype);
        Bytes.Slice((int)from * row, (int)count * row).CopyTo(some.Bytes);
        return some;
    }

    /// <summary>The entries at one index of the last axis.</summary>
    internal NdArray Last(int index)
    {
        var (size, each) = (Dtype.SizeInBytes(), (int)Shape[^1]);
        var some = AllocateUninitialized(new Shape(Shape.Dimensions[..^1]), Dtype);
        for (var i = 0; i < some.Count; i++)
        {
            Bytes.Slice(((i * each) + index) * size, size).CopyTo(some.Bytes[(i * size)..]);
        }

        return some;
    }

    /// <summary>Every n-th entry of the first axis, beginning with the first.</summary>
    internal NdArray EveryNth(int n)
    {
        if (n == 1)
        {
            return this;
        }

        var rows = (Shape[0] + n - 1) / n;
        var row = Count / (int)Shape[0] * Dtype.SizeInBytes();
        var some = AllocateUninitialized(new Shape([rows, .. Shape.Dimensions[1..]]), Dtype);
        for (var i = 0; i < rows; i++)
        {
            Bytes.Slice(i * n * row, row).CopyTo(some.Bytes[(i * row)..]);
        }

        return some;
    }

    /// <summary>
    /// How far an element of the rows [D…] of [N, D…] ranges over the rows, the widest; 1 where none does. Of many elements and rows some are
    /// looked at, evenly spaced: what is asked for is a size.
    /// </summary>
    internal double WidestRange()
    {
        var (rows, elements) = ((int)Shape[0], Count / (int)Shape[0]);
        var (everyRow, everyElement) = (Math.Max(1, rows / 64), Math.Max(1, elements / 256));
        var widest = 0.0;
        for (var element = 0; element < elements; element += everyElement)
        {
            var (lowest, highest) = (double.PositiveInfinity, double.NegativeInfinity);
            for (var row = 0; row < rows; row += everyRow)
            {
                var value = this[((long)row * elements) + element];
                (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
            }

            widest = Math.Max(widest, highest - lowest);
        }

        return widest > 0 ? widest : 1;
    }

    /// <summary>The largest difference to an array of the same shape; NaN if any entry of either is.</summary>
    public double MaxDifference(NdArray other)
    {
        if (Dtype == other.Dtype)
        {
            return _singles is null ? MaxDifference<double>(_doubles, other._doubles) : MaxDifference<float>(_singles, other._singles);
        }

        var max = 0.0;
        for (var i = 0; i < Count; i++)
        {
            max = Math.Max(max, Math.Abs(this[i] - other[i]));
        }

        return max;
    }

    private static double MaxDifference<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : IFloatingPointIeee754<T>
    {
        var max = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            max = Math.Max(max, Math.Abs(double.CreateTruncating(a[i]) - double.CreateTruncating(b[i])));
        }

        return max;
    }

    private static int CountNonFinite<T>(ReadOnlySpan<T> values)
        where T : IFloatingPointIeee754<T>
    {
        var count = 0;
        foreach (var value in values)
        {
            count += T.IsFinite(value) ? 0 : 1;
        }

        return count;
    }

    /// <summary>
    /// The largest of some numbers' bits without the sign, as integers: in this order numbers go by their size, and NaN is larger than infinity.
    /// </summary>
    private static T Largest<T>(ReadOnlySpan<T> bits, T withoutSign)
        where T : unmanaged, IBinaryInteger<T>
    {
        var vectors = MemoryMarshal.Cast<T, Vector<T>>(bits);
        var (all, mask) = (Vector<T>.Zero, Vector.Create(withoutSign));
        foreach (var vector in vectors)
        {
            all = Vector.Max(all, vector & mask);
        }

        var largest = T.Zero;
        for (var i = 0; i < Vector<T>.Count; i++)
        {
            largest = T.Max(largest, all[i]);
        }

        foreach (var rest in bits[(vectors.Length * Vector<T>.Count)..])
        {
            largest = T.Max(largest, rest & withoutSign);
        }

        return largest;
    }

    private static double SumOfSquares<T>(ReadOnlySpan<T> values, double scale)
        where T : IFloatingPointIeee754<T>
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            var number = double.CreateTruncating(value) * scale;
            sum += number * number;
        }

        return sum;
    }

    /// <inheritdoc cref="Shape.PositionOf"/>
    internal string PositionOf(long element) => Shape.PositionOf(element);
}
