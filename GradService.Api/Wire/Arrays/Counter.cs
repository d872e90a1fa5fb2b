using System.Buffers.Binary;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>A single number of a state_dict, such as num_batches_tracked: to PyTorch a 64-bit integer. It has nothing else without axes.</summary>
internal static class Counter
{
    public static bool Is(NdArray array) => Is(array.Shape, array.Dtype);

    /// <inheritdoc cref="Is(NdArray)"/>
    public static bool Is(Shape shape, Dtype dtype) => shape.Rank == 0 && dtype == Dtype.Float64;

    /// <summary>Its bytes as an integer, little-endian.</summary>
    public static byte[] BytesOf(NdArray counter)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)counter[0]);
        return bytes;
    }
}
