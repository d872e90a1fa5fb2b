using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;

namespace GradService.Fuzz.Targets;

/// <summary>A safetensors file by way of a parsed document: slow, and nothing of the service's readers in it.</summary>
internal static class PlainSafetensors
{
    private const int LengthBytes = sizeof(ulong);
    private const long LongestHeader = 4 << 20;
    private const int MaxTensors = 20_000;
    private const int MaxRank = 10;

    /// <summary>The types of numbers, and the bytes of a number.</summary>
    public static IReadOnlyDictionary<string, int> Sizes { get; } = new Dictionary<string, int>
    {
        ["F32"] = 4,
        ["F64"] = 8,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I64"] = 8,
    };

    /// <summary>The tensors in the order of the header; null where the file is not sound.</summary>
    public static IReadOnlyList<Tensor>? Of(byte[] file)
    {
        var length = file.Length < LengthBytes ? ulong.MaxValue : BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (file.Length < LengthBytes || length > (ulong)Math.Min(LongestHeader, file.Length - LengthBytes))
        {
            return null;
        }

        try
        {
            using var header = JsonDocument.Parse(file.AsMemory(LengthBytes, (int)length));
            return Tensors(header.RootElement, file.AsMemory(LengthBytes + (int)length));
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // No JSON, or a string in it that is no Unicode.
            return null;
        }
    }

    private static List<Tensor>? Tensors(JsonElement header, ReadOnlyMemory<byte> numbers)
    {
        if (header.ValueKind != JsonValueKind.Object || !AreDistinct(header) || header.EnumerateObject().Count() > MaxTensors)
        {
            return null;
        }

        var tensors = new List<Tensor>();
        foreach (var entry in header.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                // Of these texts nobody reads more than the names.
                if (entry.Value.ValueKind != JsonValueKind.Object
                    || entry.Value.EnumerateObject().Any(text => text.Name is null || text.Value.ValueKind != JsonValueKind.String))
                {
                    return null;
                }
            }
            else if (TensorOf(entry.Name, entry.Value, numbers) is { } tensor)
            {
                tensors.Add(tensor);
            }
            else
            {
                return null;
            }
        }

        // Every byte belongs to one tensor and no byte to two: in the order of their places each begins where the one before it ends.
        var ends = tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)
            .Aggregate((long?)0, (at, tensor) => tensor.Begin == at ? tensor.End : null);
        return ends == numbers.Length ? tensors : null;
    }

    private static Tensor? TensorOf(string name, JsonElement entry, ReadOnlyMemory<byte> numbers)
    {
        if (entry.ValueKind != JsonValueKind.Object || !AreDistinct(entry) || entry.EnumerateObject().Count() != 3
            || !entry.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String || !Sizes.TryGetValue(dtype.GetString()!, out var size)
            || !entry.TryGetProperty("shape", out var shapes) || Integers(shapes) is not { Length: <= MaxRank } shape
            || !entry.TryGetProperty("data_offsets", out var offsets) || Integers(offsets) is not [var begin, var end]
            || end < begin || end > numbers.Length || shape.Aggregate((BigInteger)size, (product, each) => product * each) != end - begin)
        {
            return null;
        }

        return new Tensor(name, dtype.GetString()!, shape, begin, end, numbers[(int)begin..(int)end]);
    }

    private static long[]? Integers(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var integers = list.EnumerateArray()
            .Select(each => each.ValueKind == JsonValueKind.Number && each.TryGetInt64(out var integer) ? integer : -1).ToArray();
        return integers.Any(integer => integer < 0) ? null : integers;
    }

    private static bool AreDistinct(JsonElement fields) =>
        fields.EnumerateObject().Select(field => field.Name).Distinct().Count() == fields.EnumerateObject().Count();

    /// <summary>A tensor of a sound file.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Dtype">What the file calls the type of its numbers.</param>
    /// <param name="Shape">Its sizes.</param>
    /// <param name="Begin">Where its bytes begin behind the header.</param>
    /// <param name="End">Where they end.</param>
    /// <param name="Bytes">They themselves.</param>
    internal sealed record Tensor(string Name, string Dtype, long[] Shape, long Begin, long End, ReadOnlyMemory<byte> Bytes);
}
