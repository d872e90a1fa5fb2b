using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GradService.Tests.Docs;

/// <summary>
/// Compares what a page shows with what comes: words to the letter, figures to a few digits, as processors round differently and
/// some of the figures shown are nothing but rounding noise.
/// </summary>
internal static partial class Figures
{
    private const double Relative = 1e-3;

    /// <summary>Twenty times the noise of the sums shown in float32.</summary>
    private const double Noise = 5e-5;

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void AssertShown(string shown, string actual)
    {
        Assert.Equal(Number().Replace(shown, "#"), Number().Replace(actual, "#"));
        foreach (var (expected, got) in Number().Matches(shown).Zip(Number().Matches(actual), (a, b) => (a.Value, b.Value)))
        {
            Assert.True(Agree(expected, got), $"{got} came where {expected} is shown, in:\n{actual}");
        }
    }

    /// <summary>Compares JSON however it is set in lines, but for what is another at every call. A text that ends in "…" is shown in part.</summary>
    public static void AssertShownJson(string shown, string actual)
    {
        var (expected, got) = (Comparable(shown), Comparable(actual));
        AssertShown(expected.ToJsonString(OneLine), AsShown(got, expected)!.ToJsonString(OneLine));
    }

    private static JsonObject Comparable(string json)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        (node["diagnostics"] as JsonObject)?.Remove("timings");
        node.Remove("traceId");
        return node;
    }

    /// <summary>What came, with each text cut where the page cuts it.</summary>
    private static JsonNode? AsShown(JsonNode? got, JsonNode? shown) => (got, shown) switch
    {
        (JsonObject fields, JsonObject of) => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, AsShown(field.Value, of[field.Key])))),
        (JsonArray entries, JsonArray of) => new JsonArray([.. entries.Select((entry, at) => AsShown(entry, at < of.Count ? of[at] : null))]),
        (JsonValue text, JsonValue of) when of.TryGetValue<string>(out var part) && part.EndsWith('…')
            && text.TryGetValue<string>(out var whole) && whole.StartsWith(part[..^1], StringComparison.Ordinal) => part,
        _ => got?.DeepClone(),
    };

    /// <summary>Integers exactly; others to one unit of the last digit shown, or a thousandth, or noise.</summary>
    private static bool Agree(string expected, string got)
    {
        if (expected == got)
        {
            return true;
        }

        if (!Fraction().IsMatch(expected))
        {
            return false;
        }

        var (a, b) = (double.Parse(expected, CultureInfo.InvariantCulture), double.Parse(got, CultureInfo.InvariantCulture));
        var mantissa = expected.Split('e', 'E')[0];
        var digits = mantissa.Contains('.', StringComparison.Ordinal) && mantissa.Length == expected.Length
            ? mantissa.Length - mantissa.IndexOf('.', StringComparison.Ordinal) - 1
            : 15;
        return Math.Abs(a - b) <= Math.Pow(10, -digits) * 1.001 + (Relative * Math.Abs(a)) + Noise;
    }

    [GeneratedRegex(@"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex("[.eE]")]
    private static partial Regex Fraction();
}
