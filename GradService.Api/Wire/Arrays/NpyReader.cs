using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>
/// Arrays in NumPy's format .npy. Nothing is allocated on the word of a header: it must agree with the bytes that are there.
/// </summary>
internal static class NpyReader
{
    /// <param name="file">The file.</param>
    /// <param name="path">What to call it in faults.</param>
    /// <param name="hold">Told how many bytes the array takes beyond those of the file, before there is one; throws where that is too much.</param>
    /// <exception cref="FaultException">The file holds no real numbers, or not as many as it says.</exception>
    public static NdArray Read(ReadOnlySpan<byte> file, string path, Action<long>? hold = null)
    {
        var header = NpyHeader.Read(file, path);
        if (NpyType.Find(header.Descr) is not { } type)
        {
            var (got, remedy) = NpyType.Other(header.Descr);
            throw new FaultException(Fault.Invalid(path, "real numbers: float16 to float64, int8 to int64, uint8 to uint64 or bool",
                $"{got} ({Fault.Quoted(header.Descr)})", remedy));
        }

        var numbers = file[header.Length..];
        var (shape, needed) = (header.Shape, (Int128)header.Shape.Elements * type.Size);
        if (needed != numbers.Length)
        {
            throw new FaultException(Fault.Invalid(path,
                $"{(shape.Elements == long.MaxValue ? "far more" : needed)} bytes of numbers, as shape {shape} of '{header.Descr}' has", $"{numbers.Length}"));
        }

        hold?.Invoke(Math.Max(0, (shape.Elements * type.Dtype.SizeInBytes()) - file.Length));
        return type.Dtype == Dtype.Float32
            ? new NdArray(shape, Values<float>(numbers, header, type))
            : new NdArray(shape, Values<double>(numbers, header, type));
    }

    /// <summary>The bytes of a one-dimensional array of them, which is how a text travels.</summary>
    /// <exception cref="FaultException">It is no such array.</exception>
    public static ReadOnlySpan<byte> ReadText(ReadOnlySpan<byte> file, string path)
    {
        var header = NpyHeader.Read(file, path);
        return header.Descr == "|u1" && header.Shape.Rank == 1 && header.Shape[0] == file.Length - header.Length
            ? file[header.Length..]
            : throw new FaultException(Fault.Invalid(path, "a one-dimensional array of bytes ('|u1') that holds JSON in UTF-8",
                $"shape {header.Shape} of '{Fault.Shortened(header.Descr)}'",
                "In Python: numpy.frombuffer(json.dumps(request).encode(), numpy.uint8)."));
    }

    /// <summary>The numbers in row-major order.</summary>
    private static T[] Values<T>(ReadOnlySpan<byte> bytes, NpyHeader header, NpyType type)
        where T : unmanaged, INumberBase<T>
    {
        var values = GC.AllocateUninitializedArray<T>(bytes.Length / type.Size);
        if (header.ColumnMajor && header.Shape.Rank > 1)
        {
            FillTransposed<T>(values, bytes, header.Shape, type);
        }
        else if (type.IsOwnForm)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        }
        else
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = T.CreateTruncating(type.Number(bytes.Slice(i * type.Size, type.Size)));
            }
        }

        return values;
    }

    /// <summary>From the order in which the first axis runs fastest to that in which the last does.</summary>
    private static void FillTransposed<T>(Span<T> values, ReadOnlySpan<byte> bytes, Shape shape, NpyType type)
        where T : INumberBase<T>
    {
        var indices = new long[shape.Rank];
        var strides = new long[shape.Rank];
        strides[0] = type.Size;
        for (var axis = 1; axis < shape.Rank; axis++)
        {
            strides[axis] = strides[axis - 1] * shape[axis - 1];
        }

        var from = 0L;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateTruncating(type.Number(bytes.Slice((int)from, type.Size)));
            for (var axis = shape.Rank - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++indices[axis] < shape[axis])
                {
                    break;
                }

                from -= strides[axis] * shape[axis];
                indices[axis] = 0;
            }
        }
    }
}
