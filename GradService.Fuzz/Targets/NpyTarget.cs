using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Fuzz.Targets;

/// <summary>A .npy file: its header, and its numbers against the place that each index has by definition.</summary>
internal static class NpyTarget
{
    public static void Run(byte[] input)
    {
        NdArray array;
        try
        {
            _ = Text(input);
            array = NpyReader.Read(input, "inputs.npy");
        }
        catch (FaultException)
        {
            return;
        }

        var header = NpyHeader.Read(input, "inputs.npy");
        MisreadException.ThrowIf(!array.Shape.Equals(header.Shape), $"Shape {array.Shape} instead of {header.Shape}.");
        var size = int.Parse(TypeOf(header.Descr)[1..], null);
        MisreadException.ThrowIf(size * (long)array.Count != input.Length - header.Length, "Other bytes than those of the numbers were read.");
        for (var i = 0; i < array.Count; i++)
        {
            var at = header.Length + (size * (header.ColumnMajor ? ColumnMajor(i, array.Shape) : i));
            var expected = Number(header.Descr, input.AsSpan(at, size).ToArray());
            MisreadException.ThrowIf(BitConverter.DoubleToInt64Bits(expected) != BitConverter.DoubleToInt64Bits(array[i]),
                $"Entry {i} is {array[i]:R} instead of {expected:R}.");
        }
    }

    private static byte[]? Text(byte[] input)
    {
        try
        {
            var text = NpyReader.ReadText(input, "request.npy").ToArray();
            MisreadException.ThrowIf(!input.AsSpan().EndsWith(text), "The text is not the file's end.");
            return text;
        }
        catch (FaultException)
        {
            return null;
        }
    }

    /// <summary>The place, with the first index running fastest, of an entry of which the place with the last one running fastest is known.</summary>
    private static int ColumnMajor(int rowMajor, Shape shape)
    {
        var (place, stride, indices) = (0L, 1L, new long[shape.Rank]);
        for (var (axis, rest) = (shape.Rank - 1, (long)rowMajor); axis >= 0; axis--)
        {
            (rest, indices[axis]) = Math.DivRem(rest, shape[axis]);
        }

        for (var axis = 0; axis < shape.Rank; axis++)
        {
            place += stride * indices[axis];
            stride *= shape[axis];
        }

        return (int)place;
    }

    private static string TypeOf(string descr) => descr[0] is '<' or '>' or '=' or '|' ? descr[1..] : descr;

    private static double Number(string descr, byte[] bytes)
    {
        if (descr[0] == '>')
        {
            Array.Reverse(bytes);
        }

        return TypeOf(descr) switch
        {
            "f2" => (double)BitConverter.ToHalf(bytes),
            "f4" => BitConverter.ToSingle(bytes),
            "f8" => BitConverter.ToDouble(bytes),
            "i1" => unchecked((sbyte)bytes[0]),
            "i2" => BitConverter.ToInt16(bytes),
            "i4" => BitConverter.ToInt32(bytes),
            "i8" => BitConverter.ToInt64(bytes),
            "u1" => bytes[0],
            "u2" => BitConverter.ToUInt16(bytes),
            "u4" => BitConverter.ToUInt32(bytes),
            "u8" => BitConverter.ToUInt64(bytes),
            "b1" => bytes[0] == 0 ? 0 : 1,
            var other => throw new MisreadException($"Numbers of the type '{other}' were read."),
        };
    }
}
