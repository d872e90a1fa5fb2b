using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Name">Its name: "0.weight".</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Begin">Where its bytes begin, counted from the end of the header.</param>
/// <param name="End">Where they end.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, Shape Shape, long Begin, long End)
{
    /// <summary>What its array takes: half precision is read as single, integers as double.</summary>
    public long ArrayBytes => Shape.Elements * Type.Dtype.SizeInBytes();
}

/// <summary>
/// What a safetensors file says of its tensors: eight bytes with the length of the header, the header in JSON, then the tensors' bytes
/// without gap or overlap. All of it is checked against the bytes that are there before anybody makes an array.
/// </summary>
/// <param name="Tensors">In the order of the header.</param>
/// <param name="Length">Bytes before those of the tensors.</param>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Tensors, long Length)
{
    /// <summary>A network of many layers has about a hundred bytes for each of its tensors.</summary>
    public const int LongestHeader = 4 << 20;
    private const int MaxTensors = 20_000;
    private const int LengthBytes = sizeof(ulong);
    private const string Metadata = "__metadata__";

    private static readonly string[] Fields = ["dtype", "shape", "data_offsets"];

    /// <summary>What the array of its largest tensor takes.</summary>
    public long LargestArrayBytes => Tensors.Select(tensor => tensor.ArrayBytes).DefaultIfEmpty().Max();

    /// <param name="file">The file, from its beginning; it is left behind the header.</param>
    /// <param name="path">What to call it in faults.</param>
    /// <param name="hold">Told how many bytes the header takes, as a text and as what it says, before it is read; throws where that is too much.</param>
    /// <exception cref="FaultException">It is no sound safetensors file.</exception>
    public static SafetensorsHeader Read(Stream file, FieldPath path, Action<long>? hold = null)
    {
        if (file.Length < LengthBytes)
        {
            throw Wrong(path, "a safetensors file", $"{file.Length} bytes");
        }

        Span<byte> head = stackalloc byte[FileKind.HeadBytes];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        if (FileKind.InsteadOfSafetensors(head, path.ToString()) is { } foreign)
        {
            throw new FaultException(foreign);
        }

        file.Position = LengthBytes;
        var length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        if (length > (ulong)Math.Min(LongestHeader, file.Length - LengthBytes))
        {
            throw Wrong(path, $"a header of at most {LongestHeader} bytes, all of them there",
                length > LongestHeader ? "a longer one" : "a file that ends in its header");
        }

        hold?.Invoke(2 * (long)length);
        var rented = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var json = rented.AsSpan(0, (int)length);
            file.ReadExactly(json);
            var tensors = Parse(json, path);
            CheckPlaces(tensors, file.Length - LengthBytes - (long)length, path);
            return new SafetensorsHeader(tensors, LengthBytes + (long)length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static List<SafetensorsEntry> Parse(ReadOnlySpan<byte> json, FieldPath path)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw Wrong(path, "a header that is a JSON object", RequestWords.Got(ref reader));
            }

            var (tensors, names) = (new List<SafetensorsEntry>(), new HashSet<string>());
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = JsonText.Of(ref reader);
                var own = path.Entry(name);
                reader.Read();
                if (!names.Add(name) || names.Count > MaxTensors)
                {
                    throw names.Count > MaxTensors ? Wrong(path, $"at most {MaxTensors} tensors", "more") : Wrong(own, "each name once", "it again");
                }

                if (name == Metadata)
                {
                    CheckMetadata(ref reader, own);
                }
                else
                {
                    tensors.Add(ReadEntry(ref reader, name, own));
                }
            }

            reader.Read();
            return tensors;
        }
        catch (JsonException)
        {
            throw Wrong(path, "a header of well-formed JSON", "one that is not");
        }
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name, FieldPath path)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Wrong(path, "an object with dtype, shape and data_offsets", RequestWords.Got(ref reader));
        }

        var seen = new HashSet<string>();
        (SafetensorsType? type, IReadOnlyList<long> shape, IReadOnlyList<long> places) = (null, [], []);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var field = JsonText.Of(ref reader);
            reader.Read();
            if (!Fields.Contains(field) || !seen.Add(field))
            {
                throw Wrong(path.Field(field), "dtype, shape and data_offsets, each once", Fields.Contains(field) ? "it again" : "another field");
            }

            if (field == "dtype")
            {
                var got = RequestWords.Got(ref reader);
                type = reader.TokenType == JsonTokenType.String ? SafetensorsType.Find(JsonText.Of(ref reader)) : null;
                type = type ?? throw Wrong(path.Field("dtype"), $"one of {string.Join(", ", SafetensorsType.Names)}", got);
            }
            else if (field == "shape")
            {
                shape = ReadSizes(ref reader, NestedArrayReader.MaxRank, path.Field("shape"));
            }
            else
            {
                places = ReadSizes(ref reader, 2, path.Field("data_offsets"));
            }
        }

        if (seen.Count < Fields.Length || places.Count != 2)
        {
            throw Wrong(path, "dtype, shape and two data_offsets",
                seen.Count < Fields.Length ? $"no {Fields.First(each => !seen.Contains(each))}" : $"{places.Count} of these");
        }

        return new SafetensorsEntry(name, type!, new Shape([.. shape]), places[0], places[1]);
    }

    private static List<long> ReadSizes(ref Utf8JsonReader reader, int most, FieldPath path)
    {
        var sizes = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Wrong(path, "a list of integers", RequestWords.Got(ref reader));
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0 || sizes.Count == most)
            {
                throw Wrong(path, $"at most {most} integers of at least 0", sizes.Count == most ? "more" : RequestWords.Got(ref reader));
            }

            sizes.Add(size);
        }

        return sizes;
    }

    /// <summary>Texts by name, which nobody here reads.</summary>
    private static void CheckMetadata(ref Utf8JsonReader reader, FieldPath path)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Wrong(path, "an object", RequestWords.Got(ref reader));
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            _ = JsonText.Of(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Wrong(path, "texts by name", RequestWords.Got(ref reader));
            }
        }
    }

    /// <summary>Each tensor has as many bytes as its shape and type say, and together they are the whole rest of the file, once.</summary>
    private static void CheckPlaces(List<SafetensorsEntry> tensors, long bytes, FieldPath path)
    {
        var at = 0L;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            var own = path.Entry(tensor.Name);
            var needed = (Int128)tensor.Shape.Elements * tensor.Type.Size;
            if (tensor.Begin != at || tensor.End < tensor.Begin || tensor.End > bytes)
            {
                throw Wrong(
                    own.Field("data_offsets"),
                    $"a place that begins where the one before it ends, at {at}, and ends within the {bytes} bytes of the tensors",
                    $"{tensor.Begin} to {tensor.End}");
            }

            if (needed != tensor.End - tensor.Begin)
            {
                throw Wrong(
                    own.Field("data_offsets"),
                    $"{(tensor.Shape.Elements == long.MaxValue ? "far more" : needed)} bytes, as shape {tensor.Shape} of {tensor.Type.Name} has",
                    $"{tensor.End - tensor.Begin}");
            }

            at = tensor.End;
        }

        if (at != bytes)
        {
            throw Wrong(path, $"a file that ends with the bytes of its last tensor, {at} behind the header", $"{bytes}");
        }
    }

    private static FaultException Wrong(FieldPath path, string expected, string got) => new(Fault.Invalid(path.ToString(), expected, got));
}
