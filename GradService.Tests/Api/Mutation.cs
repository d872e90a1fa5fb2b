using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api;

/// <summary>Good requests with one to three things broken in them.</summary>
internal static class Mutation
{
    private static readonly JsonNode?[] Values =
    [
        .. new[]
        {
            "null", "true", "false", "0", "-1", "1", "2", "3.0", "1e3", "0.5", "1e39", "-1e308", "1e400", "2147483647", "2147483648", "9223372036854775807", "18446744073709551616",
            "\"\"", "\"NaN\"", "\"-Infinity\"", "\"tanh\"", "\"reference\"", "\"jacobian\"", "\"\\u0000\"", "\"é\"", "[]", "[[]]", "[[[]]]", "{}", "[null]", "[0]", "[[1, 2], [3]]",
            "\"interior\"", "\"train\"", "\"u_xxx/v^x - log(u)\"", "\"target\"", "\"perSet\"", "[\"u\", \"x\"]", """{ "output": "u", "center": -1 }""",
            """{ "type": "batchNorm" }""", """{ "kind": "jvp", "tangent": [[1], [2], [3]] }""", """{ "type": "residual", "layers": [] }""", """{ "2": "eval" }""",
        }.Select(json => JsonNode.Parse(json)),
    ];

    /// <summary>Values removed, repeated, exchanged or replaced.</summary>
    public static byte[] OfValues(string request, Random random)
    {
        var mutated = JsonNode.Parse(request)!;
        for (var mutations = random.Next(1, 4); mutations > 0; mutations--)
        {
            Mutate(mutated, random);
        }

        return Encoding.UTF8.GetBytes(mutated.ToJsonString());
    }

    /// <summary>Bytes changed, removed, repeated or inserted.</summary>
    public static byte[] OfBytes(string request, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(request).ToList();
        for (var mutations = random.Next(1, 4); mutations > 0; mutations--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, random.Next(Math.Min(30, bytes.Count - at)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(30, bytes.Count - at))));
                    break;
                default:
                    bytes.InsertRange(at, "\\ud800"u8.ToArray());
                    break;
            }
        }

        return [.. bytes];
    }

    private static void Mutate(JsonNode request, Random random)
    {
        var places = Places(request).ToList();
        if (places.Count == 0)
        {
            return;
        }

        var (holder, key) = places[random.Next(places.Count)];
        var other = places[random.Next(places.Count)];
        var value = random.Next(12) == 0 ? JsonValue.Create(new string('x', 5_000))! : Values[random.Next(Values.Length)]?.DeepClone();
        switch (random.Next(5))
        {
            case 0 when holder is JsonObject members:
                members.Remove((string)key);
                break;
            case 0:
                holder.AsArray().RemoveAt((int)key);
                break;
            case 1 when holder is JsonArray list:
                list.Insert((int)key, list[(int)key]?.DeepClone());
                break;
            case 1:
                holder.AsObject()[(string)key + "s"] = holder[(string)key]?.DeepClone();
                break;
            case 2:
                Set(holder, key, Get(other.Holder, other.Key)?.DeepClone());
                break;
            default:
                Set(holder, key, value);
                break;
        }
    }

    private static JsonNode? Get(JsonNode holder, object key) => key is int index ? holder[index] : holder[(string)key];

    private static void Set(JsonNode holder, object key, JsonNode? value)
    {
        if (key is int index)
        {
            holder[index] = value;
        }
        else
        {
            holder[(string)key] = value;
        }
    }

    /// <summary>Every value in the request, as what holds it and where.</summary>
    private static IEnumerable<(JsonNode Holder, object Key)> Places(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Below(node, member.Key, member.Value)),
        JsonArray list => list.SelectMany((element, index) => Below(node, index, element)),
        _ => [],
    };

    private static IEnumerable<(JsonNode Holder, object Key)> Below(JsonNode holder, object key, JsonNode? value) =>
        (value is null ? [] : Places(value)).Prepend((holder, key));
}
