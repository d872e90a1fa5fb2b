using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradService.Fuzz.Mutations;

/// <summary>
/// Fields and entries of a request dropped, doubled, renamed, exchanged, wrapped, or given other values. What a tree of JSON cannot hold,
/// a name twice or a text that is no JSON, stands in it as a mark until it is written.
/// </summary>
internal static class StructureMutation
{
    /// <summary>Around the index of a raw text; written, it is an escape that no good request has.</summary>
    private const string Mark = "\u0001";

    private const string WrittenMark = "\\u0001";

    /// <summary>Behind a name that shall be there twice.</summary>
    private const string Again = "\u0002";

    private const string WrittenAgain = "\\u0002";

    private static readonly JsonSerializerOptions[] Writings =
        [new(), new() { WriteIndented = true }, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }];

    /// <summary>Values that are JSON.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2", "3.0", "1e3", "0.5", "-0.0", "1e39", "-1e308", "1e-40", "4.9e-324", "1e400", "2147483647", "2147483648",
        "9223372036854775807", "9223372036854775808", "18446744073709551616",
        "\"\"", "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "\"nan\"", "\"tanh\"", "\"reference\"", "\"jacobian\"", "\"\\u0000\"", "\"é\"",
        "\"\\ud83d\\ude00\"", "\"\\u202e\\u0000\\uffff\"", "[]", "[[]]", "[[[]]]", "{}", "[null]", "[0]", "[[1, 2], [3]]", "[-1]", "[0, 9223372036854775807]",
        "\"interior\"", "\"train\"", "\"u_xxx/v^x - log(u)\"", "\"target\"", "\"perSet\"", "[\"u\", \"x\"]", """{ "output": "u", "center": -1 }""",
        "\"base64\"", "\"float64\"",
        """{ "type": "batchNorm" }""", """{ "type": "conv1d", "outChannels": 2, "kernelSize": 3 }""", """{ "type": "dropout", "p": 1 }""",
        """{ "type": "residual", "layers": [] }""", """{ "type": "flatten" }""", """{ "type": "softmax" }""",
        """{ "kind": "jvp", "tangent": [[1], [2], [3]] }""", """{ "kind": "hessian" }""", """{ "kind": "derivatives", "order": 4 }""", """{ "2": "eval" }""",
        """{ "shape": [3, 1], "dtype": "float32", "base64": "AAAAAAAAAD8AAIA/" }""", """{ "shape": [-1], "dtype": "float64", "base64": "AA==" }""",
    ];

    /// <summary>Numbers in the place of numbers: what is fitting, too small, too large, and at the edges of types.</summary>
    private static readonly string[] Numbers = ["0", "1", "2", "3", "4", "5", "7", "20", "100", "1000", "40000", "0.25", "-1", "-2.5", "1e-5", "1e-40",
        "4.9e-324", "1e30", "-1e300", "2147483647", "2147483648", "-9223372036854775808", "9223372036854775807", "9223372036854775808"];

    /// <summary>Texts that are no JSON, or that no tree holds.</summary>
    private static readonly string[] Raw =
    [
        "NaN", "Infinity", "01", "+1", ".5", "1.", "1e", "0x10", "tru", "nul", "\"open", "\"\\ud800\"", "\"\\x\"", "\"a\tb\"", "'x'", "/* */ 1",
        "{\"a\":1,\"a\":2}", "{\"kind\":\"sum\",\"kind\":\"sum\"}", "[1,]", "{,}", "", "]", "}", "[1 2]", "{\"a\" 1}",
        "123456789012345678901234567890.123456789e-30", "1e-99999999999999999999", "1e99999999999999999999", new string('9', 500),
        "0." + new string('0', 400) + "1", "-0",
        Nested(11, "[", "]"), Nested(63, "[", "]"), Nested(70, "{\"a\":", "}"), Nested(10_000, "[", "]"), Nested(200, "(", ")"), $"\"{Nested(80, "(", ")")}\"",
        $"\"{new string('x', 5_000)}\"", $"\"{new string('é', 100_000)}\"", $"[{string.Join(',', Enumerable.Repeat("0", 50_000))}]",
    ];

    private static readonly string[] Names = ["", "network", "inputs", "type", "kind", "__proto__", "$type", "é", "a.b[0]", "'", "seed", "shape", "0.weight"];

    private static readonly ILookup<string, string> ByName = GoodRequest.All
        .SelectMany(good => JsonPlace.Below(JsonNode.Parse(good.Json)).Where(place => place.Name is not null && place.Value is not null))
        .ToLookup(place => place.Name!, place => place.Value!.ToJsonString());

    /// <summary>The request with one to three changes.</summary>
    public static string Mutate(string json, Random random)
    {
        var request = JsonNode.Parse(json)!;
        for (var changes = random.Next(3) == 0 ? random.Next(2, 4) : 1; changes > 0; changes--)
        {
            Change(request, random);
        }

        return Written(request, Writings[random.Next(Writings.Length)]);
    }

    private static void Change(JsonNode request, Random random)
    {
        var places = JsonPlace.Below(request).ToList();
        if (places.Count == 0)
        {
            return;
        }

        // Half of them near the top: arrays have most of the places.
        var place = random.Next(2) == 0 ? places[random.Next(places.Count)] : Named(places, random);
        switch (random.Next(16))
        {
            case 0:
                place.Remove();
                break;
            case 1:
                Double(place, random);
                break;
            case 2 when place.Name is not null:
                Rename(place, Renamed(place.Name, random));
                break;
            case 3:
                var other = places[random.Next(places.Count)];
                var (one, two) = (place.Value?.DeepClone(), other.Value?.DeepClone());
                place.Value = two;
                if (ReferenceEquals(other.Holder.Root, request))
                {
                    other.Value = one;
                }

                break;
            case 4:
                place.Value = random.Next(2) == 0
                    ? new JsonArray(place.Value?.DeepClone())
                    : JsonPlace.Below(place.Value).FirstOrDefault() is { Holder: not null } first
                    ? first.Value?.DeepClone()
                    : null;
                break;
            case 5 when place.Value is JsonArray { Count: > 0 } list:
                Resize(list, random);
                break;
            case 6:
                place.Value = $"{Mark}{random.Next(Raw.Length)}{Mark}";
                break;
            case 7 or 8:
                place.Value = JsonNode.Parse(Values[random.Next(Values.Length)]);
                break;
            case < 13:
                Replace(places.Where(field => field.Name is not null && ByName.Contains(field.Name)), field => [.. ByName[field.Name!]], random);
                break;
            default:
                Replace(places.Where(number => number.Value?.GetValueKind() == JsonValueKind.Number), _ => Numbers, random);
                break;
        }
    }

    /// <summary>Gives one of some places one of the values that may stand there.</summary>
    private static void Replace(IEnumerable<JsonPlace> among, Func<JsonPlace, string[]> values, Random random)
    {
        var places = among.ToList();
        if (places.Count > 0)
        {
            var place = places[random.Next(places.Count)];
            var candidates = values(place);
            place.Value = JsonNode.Parse(candidates[random.Next(candidates.Length)]);
        }
    }

    private static JsonPlace Named(List<JsonPlace> places, Random random)
    {
        var named = places.Where(place => place.Name is not null).ToList();
        return named.Count == 0 ? places[random.Next(places.Count)] : named[random.Next(named.Count)];
    }

    private static void Double(JsonPlace place, Random random)
    {
        if (place.Name is { } name)
        {
            place.Holder[name + Again] = random.Next(2) == 0 ? place.Value?.DeepClone() : JsonNode.Parse(Values[random.Next(Values.Length)]);
        }
        else
        {
            place.Holder.AsArray().Insert(place.Index, place.Value?.DeepClone());
        }
    }

    private static string Renamed(string name, Random random) => random.Next(6) switch
    {
        0 => name + "s",
        1 => name.ToUpperInvariant(),
        2 => name.Length > 0 ? name[1..] : "x",
        3 => name + new string('x', 300),
        _ => Names[random.Next(Names.Length)],
    };

    private static void Rename(JsonPlace place, string name)
    {
        var value = place.Value?.DeepClone();
        place.Remove();
        place.Holder[name] = value;
    }

    /// <summary>Shorter, or its entries again and again.</summary>
    private static void Resize(JsonArray list, Random random)
    {
        if (random.Next(2) == 0)
        {
            list.RemoveAt(list.Count - 1);
            return;
        }

        var (count, times) = (list.Count, random.Next(4) == 0 ? 40 : random.Next(1, 5));
        for (var i = 0; i < count * times && list.Count < 300; i++)
        {
            list.Add(list[i % count]?.DeepClone());
        }
    }

    private static string Written(JsonNode request, JsonSerializerOptions writing)
    {
        var text = request.ToJsonString(writing);
        for (var at = text.IndexOf($"\"{WrittenMark}", StringComparison.Ordinal); at >= 0; at = text.IndexOf($"\"{WrittenMark}", at, StringComparison.Ordinal))
        {
            var end = text.IndexOf($"{WrittenMark}\"", at + 1, StringComparison.Ordinal);
            var raw = Raw[int.Parse(text[(at + 1 + WrittenMark.Length)..end], null)];
            (text, at) = (text[..at] + raw + text[(end + WrittenMark.Length + 1)..], at + raw.Length);
        }

        return text.Replace(WrittenAgain, "", StringComparison.Ordinal);
    }

    private static string Nested(int depth, string open, string close) =>
        string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
}
