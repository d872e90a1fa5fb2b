using System.Buffers.Binary;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>A type of NumPy's that casts to a network's precision without changing its kind: complex numbers do not.</summary>
/// <param name="Name">NumPy's name for it.</param>
/// <param name="Size">Bytes of a number.</param>
/// <param name="IsInteger">Whether it has no fractions.</param>
internal abstract record ArrayType(string Name, int Size, bool IsInteger)
{
    public static IReadOnlyList<ArrayType> All { get; } =
    [
        new OfSingles("float16", 2, bytes => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes)) { Round = number => (float)(Half)number },
        new OfSingles("float32", 4, BinaryPrimitives.ReadSingleLittleEndian),
        new OfDoubles("float64", 8, false, BinaryPrimitives.ReadDoubleLittleEndian),
        new OfDoubles("int8", 1, true, bytes => (sbyte)bytes[0]),
        new OfDoubles("int16", 2, true, bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        new OfDoubles("int32", 4, true, bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        new OfDoubles("int64", 8, true, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        new OfDoubles("bool", 1, true, bytes => bytes[0] == 0 ? 0 : 1),
        new OfDoubles("uint8", 1, true, bytes => bytes[0]),
        new OfDoubles("uint16", 2, true, bytes => BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        new OfDoubles("uint32", 4, true, bytes => BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        new OfDoubles("uint64", 8, true, bytes => BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
    ];

    /// <summary>What an array of such numbers takes here: whole numbers are read as double precision.</summary>
    public long ArrayBytes(Shape shape) => shape.Elements * (IsInteger || Size == sizeof(double) ? sizeof(double) : sizeof(float));

    private delegate T Element<out T>(ReadOnlySpan<byte> bytes);

    public static ArrayType? Find(string name) => All.FirstOrDefault(type => type.Name == name);

    /// <summary>Numbers from their bytes, little-endian and row-major, as many as the shape has.</summary>
    public abstract NdArray Read(ReadOnlySpan<byte> bytes, Shape shape);

    /// <summary>Numbers of a text as this type has them; null where it has no fractions and they do.</summary>
    public abstract NdArray? Cast(NdArray numbers);

    private sealed record OfSingles(string Name, int Size, Element<float> Element) : ArrayType(Name, Size, IsInteger: false)
    {
        public Func<double, float> Round { get; init; } = number => (float)number;

        public override NdArray Read(ReadOnlySpan<byte> bytes, Shape shape)
        {
            var values = GC.AllocateUninitializedArray<float>(bytes.Length / Size);
            if (Size == sizeof(float) && BitConverter.IsLittleEndian)
            {
                bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
                return new NdArray(shape, values);
            }

            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Element(bytes.Slice(i * Size, Size));
            }

            return new NdArray(shape, values);
        }

        public override NdArray Cast(NdArray numbers)
        {
            var values = GC.AllocateUninitializedArray<float>(numbers.Count);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Round(numbers[i]);
            }

            return new NdArray(numbers.Shape, values);
        }
    }

    private sealed record OfDoubles(string Name, int Size, bool IsInteger, Element<double> Element) : ArrayType(Name, Size, IsInteger)
    {
        public override NdArray Read(ReadOnlySpan<byte> bytes, Shape shape)
        {
            var values = GC.AllocateUninitializedArray<double>(bytes.Length / Size);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Element(bytes.Slice(i * Size, Size));
            }

            return new NdArray(shape, values);
        }

        public override NdArray? Cast(NdArray numbers)
        {
            foreach (var number in IsInteger ? numbers.Doubles : [])
            {
                if (number != Math.Floor(number))
                {
                    return null;
                }
            }

            return numbers;
        }
    }
}
