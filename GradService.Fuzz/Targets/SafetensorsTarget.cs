using System.Buffers.Binary;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Fuzz.Targets;

/// <summary>
/// A safetensors file: taken just where a parsed document says that it is sound, and each number at its place. However much it claims, not
/// much is allocated for it.
/// </summary>
internal static class SafetensorsTarget
{
    private const long MaxAllocated = 64 << 20;

    public static void Run(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = Read(input);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        MisreadException.ThrowIf(allocated > MaxAllocated + (16L * input.Length), $"{allocated} bytes were allocated for {input.Length}.");

        var expected = PlainSafetensors.Of(input);
        MisreadException.ThrowIf(read is null != expected is null, read is null ? "A sound file was refused." : "A file that is not sound was taken.");
        if (read is null)
        {
            return;
        }

        MisreadException.ThrowIf(!read.Keys.SequenceEqual(expected!.Select(tensor => tensor.Name)), "Other tensors, or in another order.");
        foreach (var tensor in expected!)
        {
            Compare(tensor, read[tensor.Name]);
        }
    }

    private static Dictionary<string, NdArray>? Read(byte[] input)
    {
        try
        {
            using var file = new MemoryStream(input, writable: false);
            return SafetensorsReader.Open(file, FieldPath.Of("parameters")).ToDictionary(array => array.Name, array => array.ToArray());
        }
        catch (FaultException refused)
        {
            Faults.Check(refused);
            return null;
        }
    }

    private static void Compare(PlainSafetensors.Tensor tensor, NdArray array)
    {
        MisreadException.ThrowIf(!array.Shape.Dimensions.SequenceEqual(tensor.Shape), $"'{tensor.Name}' has shape {array.Shape}.");
        MisreadException.ThrowIf(array.Dtype == Dtype.Float64 != (tensor.Dtype is "F64" or "I64"), $"'{tensor.Name}' of {tensor.Dtype} is {array.Dtype}.");
        var size = PlainSafetensors.Sizes[tensor.Dtype];
        for (var i = 0; i < array.Count; i++)
        {
            var number = Number(tensor.Dtype, tensor.Bytes.Span.Slice(i * size, size));
            MisreadException.ThrowIf(BitConverter.DoubleToInt64Bits(number) != BitConverter.DoubleToInt64Bits(array[i]),
                $"Entry {i} of '{tensor.Name}' is {array[i]:R} instead of {number:R}.");
        }
    }

    private static double Number(string dtype, ReadOnlySpan<byte> bytes) => dtype switch
    {
        "F64" => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        "BF16" => BinaryPrimitives.ReadSingleLittleEndian([0, 0, bytes[0], bytes[1]]),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };
}
