using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>A type of numbers in a safetensors file.</summary>
/// <param name="Name">What the file calls it: "F32".</param>
/// <param name="Size">Bytes of a number.</param>
/// <param name="Dtype">The precision that its numbers are read in.</param>
/// <param name="Pieces">Reads so many numbers from a place of a file on, in pieces of one axis; each is there until the next one is asked for.</param>
internal sealed record SafetensorsType(string Name, int Size, Dtype Dtype, Func<Stream, long, long, IEnumerable<NdArray>> Pieces)
{
    /// <summary>Numbers that are read at once.</summary>
    private const int Chunk = 8 * 1024;

    /// <summary>Floating point as networks are trained in, and the integer that counts batches.</summary>
    private static readonly SafetensorsType[] All =
    [
        new("F32", sizeof(float), Dtype.Float32, static (file, at, count) => Read<float, float>(file, at, count, static number => number)),
        new("F64", sizeof(double), Dtype.Float64, static (file, at, count) => Read<double, double>(file, at, count, static number => number)),
        new("F16", sizeof(ushort), Dtype.Float32, static (file, at, count) => Read<Half, float>(file, at, count, static number => (float)number)),
        new("BF16", sizeof(ushort), Dtype.Float32, static (file, at, count) =>
            Read<ushort, float>(file, at, count, static number => BitConverter.UInt32BitsToSingle((uint)number << 16))),
        new("I64", sizeof(long), Dtype.Float64, static (file, at, count) => Read<long, double>(file, at, count, static number => number)),
    ];

    public static IEnumerable<string> Names => All.Select(type => type.Name);

    public static SafetensorsType? Find(string name) => Array.Find(All, type => type.Name == name);

    private static IEnumerable<NdArray> Read<TNumber, TValue>(Stream file, long at, long count, Converter<TNumber, TValue> convert)
        where TNumber : unmanaged
        where TValue : unmanaged
    {
        var numbers = new TNumber[Math.Min(Chunk, count)];
        for (var rest = count; rest > 0; rest -= numbers.Length)
        {
            if (rest < numbers.Length)
            {
                numbers = new TNumber[rest];
            }

            // Others may have read elsewhere in the meantime.
            file.Position = at + ((count - rest) * Unsafe.SizeOf<TNumber>());
            file.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
            yield return ArrayOf((object)numbers as TValue[] ?? Array.ConvertAll(numbers, convert));
        }
    }

    private static NdArray ArrayOf<TValue>(TValue[] values) => values switch
    {
        float[] singles => new NdArray(new Shape(singles.Length), singles),
        double[] doubles => new NdArray(new Shape(doubles.Length), doubles),
        _ => throw new NotSupportedException("Numbers are read in single or double precision."),
    };
}
