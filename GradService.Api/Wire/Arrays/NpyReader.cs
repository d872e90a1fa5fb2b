using System.Buffers.Binary;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>
/// Arrays in NumPy's format .npy. Nothing is allocated on the word of a header: it must agree with the bytes that are there.
/// </summary>
internal static class NpyReader
{
    private delegate T Element<out T>(ReadOnlySpan<byte> bytes);

    /// <summary>The types that are read. Small integers and booleans are exact in single precision.</summary>
    private static readonly Dictionary<string, (int Size, Func<ReadOnlySpan<byte>, NpyHeader, NdArray> Read)> Types = new()
    {
        ["<f4"] = (4, static (bytes, header) => Singles(bytes, header, 4, BinaryPrimitives.ReadSingleLittleEndian)),
        [">f4"] = (4, static (bytes, header) => Singles(bytes, header, 4, BinaryPrimitives.ReadSingleBigEndian)),
        ["<f8"] = (8, static (bytes, header) => Doubles(bytes, header, 8, BinaryPrimitives.ReadDoubleLittleEndian)),
        [">f8"] = (8, static (bytes, header) => Doubles(bytes, header, 8, BinaryPrimitives.ReadDoubleBigEndian)),
        ["<i8"] = (8, static (bytes, header) => Doubles(bytes, header, 8, static number => BinaryPrimitives.ReadInt64LittleEndian(number))),
        ["<i4"] = (4, static (bytes, header) => Doubles(bytes, header, 4, static number => BinaryPrimitives.ReadInt32LittleEndian(number))),
        ["|u1"] = (1, static (bytes, header) => Singles(bytes, header, 1, static number => number[0])),
        ["|b1"] = (1, static (bytes, header) => Singles(bytes, header, 1, static number => number[0] == 0 ? 0 : 1)),
    };

    /// <exception cref="FaultException">The file holds no numbers of these types, or not as many as it says.</exception>
    public static NdArray Read(ReadOnlySpan<byte> file, string path)
    {
        var header = NpyHeader.Read(file, path);
        if (header.Descr.TrimStart('|', '<', '>', '=') == "O")
        {
            throw new FaultException(Fault.Invalid(path, "numbers", "Python objects (a pickle), which are never read",
                "Convert the array first: numpy.asarray(x, dtype=numpy.float64)."));
        }

        if (!Types.TryGetValue(header.Descr, out var type))
        {
            throw new FaultException(Fault.Invalid(path, $"one of the types {string.Join(", ", Types.Keys)}", Fault.Quoted(header.Descr),
                "Convert the array first: x.astype('<f4')."));
        }

        var numbers = file[header.Length..];
        if ((Int128)header.Shape.Elements * type.Size != numbers.Length)
        {
            throw new FaultException(
                Fault.Invalid(path, $"{(header.Shape.Elements == long.MaxValue ? "far more" : (Int128)header.Shape.Elements * type.Size)} bytes of numbers, "
                    + $"as shape {header.Shape} of '{header.Descr}' has", $"{numbers.Length}"));
        }

        return type.Read(numbers, header);
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

    private static NdArray Singles(ReadOnlySpan<byte> bytes, NpyHeader header, int size, Element<float> element)
    {
        var values = GC.AllocateUninitializedArray<float>(bytes.Length / size);
        Fill(values, bytes, header, size, element, isOwnForm: header.Descr == "<f4");
        return new NdArray(header.Shape, values);
    }

    private static NdArray Doubles(ReadOnlySpan<byte> bytes, NpyHeader header, int size, Element<double> element)
    {
        var values = GC.AllocateUninitializedArray<double>(bytes.Length / size);
        Fill(values, bytes, header, size, element, isOwnForm: header.Descr == "<f8");
        return new NdArray(header.Shape, values);
    }

    private static void Fill<T>(Span<T> values, ReadOnlySpan<byte> bytes, NpyHeader header, int size, Element<T> element, bool isOwnForm)
        where T : unmanaged
    {
        if (header.ColumnMajor && header.Shape.Rank > 1)
        {
            FillTransposed(values, bytes, header.Shape, size, element);
        }
        else if (isOwnForm && BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values));
        }
        else
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = element(bytes.Slice(i * size, size));
            }
        }
    }

    /// <summary>From the order in which the first axis runs fastest to that in which the last does.</summary>
    private static void FillTransposed<T>(Span<T> values, ReadOnlySpan<byte> bytes, Shape shape, int size, Element<T> element)
    {
        var indices = new long[shape.Rank];
        var strides = new long[shape.Rank];
        strides[0] = size;
        for (var axis = 1; axis < shape.Rank; axis++)
        {
            strides[axis] = strides[axis - 1] * shape[axis - 1];
        }

        var from = 0L;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = element(bytes.Slice((int)from, size));
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
