using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>A sound safetensors file, broken in a way that no reader may accept. The same seeds break it in the same ways.</summary>
internal static class SafetensorsMutations
{
    private static readonly string[] NoShapes = ["null", "\"2\"", "{}", "[null]", "[\"2\"]", "[[2]]", "[1e400]", "[-0.5]", "true"];
    private static readonly string[] NoTensors = ["null", "1", "\"F32\"", "[]", "{}", "{\"dtype\":{}}"];
    private static readonly string[] Fields = ["dtype", "shape", "data_offsets"];
    private static readonly string[] OtherTypes = ["F8_E5M2", "U8", "I32", "f32", "", "C64", "BOOL"];

    public static byte[] Of(byte[] file, int seed)
    {
        var random = new Random(seed);
        var length = (int)BitConverter.ToUInt64(file);
        var (text, numbers) = (Encoding.UTF8.GetString(file, 8, length).TrimEnd(), file[(8 + length)..]);
        return random.Next(10) switch
        {
            0 => file[..random.Next(file.Length)],
            1 => [.. file, .. Bytes(random, 1 + random.Next(100))],
            2 => [.. SafetensorsFile.Length(OtherLength(random, (ulong)length)), .. file[8..]],
            3 => SafetensorsFile.Of(Torn(text, random), numbers),
            4 => SafetensorsFile.Of(text.Insert(1, $"{Entry(text, random)},"), numbers),
            _ => SafetensorsFile.Of(Changed(text, random), numbers),
        };
    }

    /// <summary>So much longer or shorter that it is no longer the padding that differs.</summary>
    private static ulong OtherLength(Random random, ulong length) => random.Next(3) switch
    {
        0 => length - 5 - (ulong)random.Next((int)length - 5),
        1 => length + 1 + (ulong)random.Next(1000),
        _ => (ulong)random.NextInt64() | (1UL << (23 + random.Next(40))),
    };

    /// <summary>JSON without one of its signs, each of which holds it together.</summary>
    private static string Torn(string text, Random random)
    {
        var signs = Enumerable.Range(0, text.Length).Where(at => "{}[]:".Contains(text[at], StringComparison.Ordinal)).ToList();
        return text.Remove(signs[random.Next(signs.Count)], 1);
    }

    /// <summary>One of the tensors, which is then there twice.</summary>
    private static string Entry(string text, Random random)
    {
        var (name, entry) = Tensor(JsonNode.Parse(text)!.AsObject(), random);
        return $"\"{name}\":{entry.ToJsonString()}";
    }

    private static string Changed(string text, Random random)
    {
        var header = JsonNode.Parse(text)!.AsObject();
        var (name, tensor) = Tensor(header, random);
        var offsets = tensor["data_offsets"]!.AsArray();
        switch (random.Next(9))
        {
            case 0:
                offsets[random.Next(2)] = (long)offsets[1]! + 1 + random.Next(1000);
                break;
            case 1:
                offsets[random.Next(2)] = -1 - random.NextInt64(long.MaxValue);
                break;
            case 2:
                tensor["data_offsets"] = random.Next(2) == 0 ? new JsonArray(1) : new JsonArray(0, 4, 8);
                break;
            case 3:
                tensor["shape"]!.AsArray().Add(2 + random.NextInt64(long.MaxValue - 2));
                break;
            case 4:
                tensor["shape"] = JsonNode.Parse(NoShapes[random.Next(NoShapes.Length)]);
                break;
            case 5:
                tensor["dtype"] = OtherTypes[random.Next(OtherTypes.Length)];
                break;
            case 6:
                tensor.Remove(Fields[random.Next(Fields.Length)]);
                break;
            case 7:
                header.Remove(name);
                break;
            default:
                header[name] = JsonNode.Parse(NoTensors[random.Next(NoTensors.Length)]);
                break;
        }

        return header.ToJsonString();
    }

    private static (string Name, JsonObject Tensor) Tensor(JsonObject header, Random random)
    {
        var tensors = header.Where(entry => entry.Key != "__metadata__").ToList();
        var (name, tensor) = tensors[random.Next(tensors.Count)];
        return (name, tensor!.AsObject());
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
