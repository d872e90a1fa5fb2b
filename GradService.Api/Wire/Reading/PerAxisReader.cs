using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Api.Wire.Reading;

/// <summary>Reads an integer for all spatial axes, or a list with one for each; how many axes there are, the layer knows.</summary>
internal static class PerAxisReader
{
    /// <summary>Padding: an amount, or "same".</summary>
    public static ConvolutionPadding? ReadPadding(ref Utf8JsonReader reader, RecordField field, ReportFault report) =>
        reader.TokenType == JsonTokenType.String && JsonText.Is(ref reader, "same") ? new ConvolutionPadding(Amount: null)
        : Read(ref reader, field, report) is { } amount ? new ConvolutionPadding(amount)
        : null;

    /// <summary>What the reader stands on, null where a fault was reported; the reader is left on its last token.</summary>
    public static PerAxis? Read(ref Utf8JsonReader reader, RecordField field, ReportFault report)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Integer(ref reader, field, report, "", RequestWords.Expected(field.Type, field)) is { } one ? new PerAxis(one) : null;
        }

        var (values, entries) = (new List<int>(), 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Integer(ref reader, field, report, $"[{entries++}]", RequestWords.Expected(typeof(int), field)) is { } value)
            {
                values.Add(value);
            }
        }

        if (entries == 0)
        {
            report("", RequestWords.Expected(field.Type, field), "an empty list");
        }

        return values.Count == entries && entries > 0 ? new PerAxis(values) : null;
    }

    private static int? Integer(ref Utf8JsonReader reader, RecordField field, ReportFault report, string below, string expected)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) && field.Allows(value))
        {
            return value;
        }

        var isFraction = reader.TokenType == JsonTokenType.Number && reader.ValueSpan.IndexOfAny(".eE"u8) >= 0;
        report(below, isFraction ? RequestWords.Expected(typeof(int), field) + ", written without point or exponent" : expected, RequestWords.Got(ref reader));
        reader.Skip();
        return null;
    }
}
