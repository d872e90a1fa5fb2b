using System.Runtime.InteropServices;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>A type of numbers in a safetensors file.</summary>
/// <param name="Name">What the file calls it: "F32".</param>
/// <param name="Size">Bytes of a number.</param>
/// <param name="Own">The precision of an array that has the same bytes; null: none has.</param>
/// <param name="Read">Makes an array of the bytes of all its numbers, which a stream gives.</param>
internal sealed record SafetensorsType(string Name, int Size, Dtype? Own, Func<Stream, Shape, NdArray> Read)
{
    private const int Chunk = 16 * 1024;

    /// <summary>Floating point as networks are trained in, and the integer that counts batches.</summary>
    private static readonly SafetensorsType[] All =
    [
        new("F32", sizeof(float), Dtype.Float32, static (bytes, shape) => new NdArray(shape, Whole<float>(bytes, shape))),
        new("F64", sizeof(double), Dtype.Float64, static (bytes, shape) => new NdArray(shape, Whole<double>(bytes, shape))),
        new("F16", sizeof(ushort), null, static (bytes, shape) => new NdArray(shape, Converted<Half, float>(bytes, shape, static number => (float)number))),
        new("BF16", sizeof(ushort), null,
            static (bytes, shape) =>
                new NdArray(shape, Converted<ushort, float>(bytes, shape, static number => BitConverter.UInt32BitsToSingle((uint)number << 16)))),
        new("I64", sizeof(long), null, static (bytes, shape) => new NdArray(shape, Converted<long, double>(bytes, shape, static number => number))),
    ];

    public static IEnumerable<string> Names => All.Select(type => type.Name);

    public static SafetensorsType? Find(string name) => Array.Find(All, type => type.Name == name);

    private static T[] Whole<T>(Stream bytes, Shape shape)
        where T : unmanaged
    {
        var values = GC.AllocateUninitializedArray<T>((int)shape.Elements);
        bytes.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static TValue[] Converted<TNumber, TValue>(Stream bytes, Shape shape, Func<TNumber, TValue> convert)
        where TNumber : unmanaged
    {
        var values = GC.AllocateUninitializedArray<TValue>((int)shape.Elements);
        var some = new TNumber[Math.Min(Chunk, values.Length)];
        for (var at = 0; at < values.Length; at += some.Length)
        {
            var part = some.AsSpan(0, Math.Min(some.Length, values.Length - at));
            bytes.ReadExactly(MemoryMarshal.AsBytes(part));
            for (var i = 0; i < part.Length; i++)
            {
                values[at + i] = convert(part[i]);
            }
        }

        return values;
    }
}
