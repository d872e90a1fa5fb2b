using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>Arrays as a safetensors file that PyTorch loads as a state_dict: single numbers, which count batches, as its 64-bit integers.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;
    private const int Chunk = 128 * 1024;

    /// <param name="file">Where to.</param>
    /// <param name="arrays">The arrays in the order of the header; each is read once.</param>
    public static void Write(Stream file, IReadOnlyList<ArrayContent> arrays)
    {
        // The bytes of wide numbers first, so that each begins at a multiple of its size, which PyTorch wants; the header in the given order.
        var ordered = arrays.OrderByDescending(array => array.Dtype.SizeInBytes()).ToList();
        var (places, end) = (new Dictionary<string, long>(), 0L);
        foreach (var array in ordered)
        {
            places[array.Name] = end;
            end += array.Bytes;
        }

        var header = new ArrayBufferWriter<byte>(4096);
        WriteHeader(header, arrays, places);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.WrittenCount);
        file.Write(length);
        file.Write(header.WrittenSpan);
        foreach (var array in ordered)
        {
            WriteNumbers(file, array);
        }
    }

    private static void WriteHeader(ArrayBufferWriter<byte> header, IReadOnlyList<ArrayContent> arrays, Dictionary<string, long> places)
    {
        using var writer = new Utf8JsonWriter(header);
        writer.WriteStartObject();
        writer.WriteStartObject("__metadata__");
        writer.WriteString("format", "pt");
        writer.WriteEndObject();
        foreach (var array in arrays)
        {
            writer.WriteStartObject(array.Name);
            writer.WriteString("dtype", Counter.Is(array.Shape, array.Dtype) ? "I64" : array.Dtype == Dtype.Float32 ? "F32" : "F64");
            writer.WriteStartArray("shape");
            foreach (var size in array.Shape.Dimensions)
            {
                writer.WriteNumberValue(size);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("data_offsets");
            writer.WriteNumberValue(places[array.Name]);
            writer.WriteNumberValue(places[array.Name] + array.Bytes);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
        while (header.WrittenCount % Alignment != 0)
        {
            header.Write(" "u8);
        }
    }

    private static void WriteNumbers(Stream file, ArrayContent array)
    {
        if (Counter.Is(array.Shape, array.Dtype))
        {
            file.Write(Counter.BytesOf(array.ToArray()));
            return;
        }

        foreach (var piece in array.Pieces)
        {
            for (var rest = piece.RawBytes; rest.Length > 0; rest = rest[Math.Min(Chunk, rest.Length)..])
            {
                file.Write(rest[..Math.Min(Chunk, rest.Length)]);
            }
        }
    }
}
