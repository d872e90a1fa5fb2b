using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using static TorchSharp.torch;

namespace GradService.Domain.Native;

/// <summary>Copies between flat managed buffers and tensors, row-major in both.</summary>
internal static class TensorBuffers
{
    public static ScalarType ToScalarType(this Dtype dtype) => dtype == Dtype.Float32 ? ScalarType.Float32 : ScalarType.Float64;

    /// <summary>A tensor of the array's shape, with the values cast to <paramref name="dtype"/>.</summary>
    public static Tensor ToTensor(this NdArray array, Dtype dtype)
    {
        var own = Tensors.Empty(array.Shape.Dimensions, array.Dtype.ToScalarType());
        array.Bytes.CopyTo(own.bytes);
        if (array.Dtype == dtype)
        {
            return own;
        }

        var cast = own.to_type(dtype.ToScalarType());
        own.Dispose();
        return cast;
    }

    /// <summary>The tensor's values and shape, copied out.</summary>
    public static NdArray ToNdArray(this Tensor tensor)
    {
        var array = NdArray.AllocateUninitialized(new Shape(tensor.shape), tensor.dtype == ScalarType.Float32 ? Dtype.Float32 : Dtype.Float64);
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
