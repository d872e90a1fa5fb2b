using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using static TorchSharp.torch;

namespace GradService.Domain.Native;

/// <summary>Makes tensors, from arrays too, and reads them: the one place where they come from, and where the device that they are on is named.</summary>
internal static class Tensors
{
    private static readonly Device Device = CPU;

    /// <summary>Of that shape, its values being whatever was there.</summary>
    public static Tensor Empty(ReadOnlySpan<long> shape, ScalarType dtype) => empty(shape, dtype, Device);

    public static Tensor Zeros(ReadOnlySpan<long> shape, ScalarType dtype) => zeros(shape, dtype, Device);

    public static Tensor Ones(ReadOnlySpan<long> shape, ScalarType dtype) => ones(shape, dtype, Device);

    /// <summary>Of the given shape, filled with one number.</summary>
    public static Tensor Filled(ReadOnlySpan<long> shape, ScalarType dtype, double number) => Empty(shape, dtype).Fill(number);

    /// <summary>Zeros, of the shape and dtype of a.</summary>
    public static Tensor ZerosLike(this Tensor a) => zeros_like(a).detach();

    /// <summary>Zeros of the shape and dtype of a, but for ones wherever the index along an axis is the given one.</summary>
    public static Tensor UnitLike(this Tensor a, long axis, long index)
    {
        var unit = a.ZerosLike();
        var chosen = unit.select(axis, index);
        chosen.copy_(ones_like(chosen));
        return unit;
    }

    /// <summary>Random numbers, evenly between 0 and 1.</summary>
    public static Tensor Uniform(ReadOnlySpan<long> shape, ScalarType dtype, Generator generator) => rand(shape, dtype, Device, generator: generator);

    /// <summary>Random numbers, evenly between −bound and bound.</summary>
    public static Tensor Uniform(long count, ScalarType dtype, double bound, Generator generator) => Empty([count], dtype).uniform_(-bound, bound, generator);

    /// <summary>Random numbers of mean 0 and variance 1.</summary>
    public static Tensor Normal(long count, ScalarType dtype, Generator generator) => randn([count], dtype, Device, generator: generator);

    public static ScalarType ToScalarType(this Dtype dtype) => dtype == Dtype.Float32 ? ScalarType.Float32 : ScalarType.Float64;

    public static Dtype ToDtype(this ScalarType type) => type == ScalarType.Float32 ? Dtype.Float32 : Dtype.Float64;

    /// <summary>A tensor of the array's shape, with the values cast to <paramref name="dtype"/>.</summary>
    public static Tensor ToTensor(this NdArray array, Dtype dtype)
    {
        var own = Empty(array.Shape.Dimensions, array.Dtype.ToScalarType());
        array.Bytes.CopyTo(own.bytes);
        if (array.Dtype == dtype)
        {
            return own;
        }

        var cast = own.to_type(dtype.ToScalarType());
        own.Dispose();
        return cast;
    }

    /// <summary>A tensor of the array's shape and precision. Numbers that are in a file come straight into it.</summary>
    public static Tensor ToTensor(this ArrayContent array)
    {
        var own = Empty(array.Shape.Dimensions, array.Dtype.ToScalarType());
        array.CopyTo(own.bytes);
        return own;
    }

    /// <summary>The tensor's values and shape, copied out.</summary>
    public static NdArray ToNdArray(this Tensor tensor)
    {
        var array = NdArray.AllocateUninitialized(new Shape(tensor.shape), tensor.dtype.ToDtype());
        tensor.CopyTo(array, 0);
        return array;
    }

    /// <summary>Copies all values of the tensor into the array, from element <paramref name="offset"/> on.</summary>
    public static void CopyTo(this Tensor tensor, NdArray array, long offset)
    {
        var size = array.Dtype.SizeInBytes();
        using var scope = NewDisposeScope();
        var flat = tensor.detach().to_type(array.Dtype.ToScalarType()).contiguous();
        flat.bytes.CopyTo(array.Bytes[(int)(offset * size)..]);
    }

    /// <summary>The tensor's values as numbers of double precision.</summary>
    public static double[] ToDoubles(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, double>(tensor.detach().to_type(ScalarType.Float64).contiguous().bytes).ToArray();
    }
}
