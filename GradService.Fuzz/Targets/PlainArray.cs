using System.Globalization;
using System.Text.Json;
using GradService.Domain.Arrays;

namespace GradService.Fuzz.Targets;

/// <summary>Nested lists of numbers by way of a parsed document, list by list: slow, and nothing of the service's readers in it.</summary>
internal sealed record PlainArray(IReadOnlyList<long> Sizes, IReadOnlyList<double> Values)
{
    private const int MaxRank = 10;

    /// <summary>The array, null where the element is none.</summary>
    public static PlainArray? Of(JsonElement element) => Read(element) is { } read && read.Sizes.Count <= MaxRank ? read : null;

    /// <summary>Whether an array has this shape and these very bits.</summary>
    public bool Is(NdArray array) =>
        array.Shape.Dimensions.SequenceEqual([.. Sizes])
            && Enumerable.Range(0, array.Count).All(i => BitConverter.DoubleToInt64Bits(array[i]) == BitConverter.DoubleToInt64Bits(Values[i]));

    private static PlainArray? Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return Number(element) is { } value ? new PlainArray([], [value]) : null;
        }

        var entries = element.EnumerateArray().Select(Read).ToList();
        return entries.Exists(entry => entry is null || !entry.Sizes.SequenceEqual(entries[0]!.Sizes)) ? null
            : new PlainArray([entries.Count, .. entries.Count == 0 ? [] : entries[0]!.Sizes], [.. entries.SelectMany(entry => entry!.Values)]);
    }

    private static double? Number(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number when double.Parse(element.GetRawText(), CultureInfo.InvariantCulture) is var value && double.IsFinite(value) => value,
        JsonValueKind.String => ParsedJson.TextOf(element) switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => null,
        },
        _ => null,
    };
}
