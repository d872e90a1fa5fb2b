using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

/// <summary>Reads what is true or false, a number, a text or a name.</summary>
internal static class ScalarReader
{
    /// <summary>What the reader stands on; null where it is none of these, or a fault was reported.</summary>
    /// <param name="reader">Stands on a value, and stays there.</param>
    /// <param name="type">The type that is wanted.</param>
    /// <param name="field">The field that it is for, with its range.</param>
    /// <param name="report">Told what is wrong.</param>
    /// <param name="reported">Whether it was told.</param>
    public static object? Read(ref Utf8JsonReader reader, Type type, RecordField? field, ReportFault report, out bool reported)
    {
        reported = false;
        return reader.TokenType switch
        {
            JsonTokenType.True or JsonTokenType.False when type == typeof(bool) => reader.GetBoolean(),
            JsonTokenType.Number => Number(ref reader, type, field, report, out reported),
            JsonTokenType.String => Named(ref reader, type, field, report, out reported),
            _ => null,
        };
    }

    private static object? Number(ref Utf8JsonReader reader, Type type, RecordField? field, ReportFault report, out bool reported)
    {
        reported = false;
        if (type == typeof(int) && reader.TryGetInt32(out var integer) && Allows(field, integer))
        {
            return integer;
        }

        if (type == typeof(long) && reader.TryGetInt64(out var wide) && Allows(field, wide))
        {
            return wide;
        }

        if (type == typeof(double) && reader.TryGetDouble(out var number) && double.IsFinite(number) && Allows(field, number))
        {
            return number;
        }

        if ((type == typeof(int) || type == typeof(long)) && reader.ValueSpan.IndexOfAny(".eE"u8) >= 0)
        {
            reported = true;
            report("", RequestWords.Expected(type, field) + ", written without point or exponent", RequestWords.Got(ref reader));
        }

        return null;
    }

    private static object? Named(ref Utf8JsonReader reader, Type type, RecordField? field, ReportFault report, out bool reported)
    {
        reported = false;
        var text = JsonText.Of(ref reader);
        if (type == typeof(string))
        {
            return text;
        }

        if (field?.AllowsInfinity == true && text == "Infinity")
        {
            return double.PositiveInfinity;
        }

        if (RequestNames.Askable(type) is not { } names)
        {
            return null;
        }

        if (names.TryGetValue(text, out var named))
        {
            return named;
        }

        reported = true;
        report("", RequestWords.Expected(type, field), Fault.Quoted(text), NearestName.DidYouMean(text, names.Keys));
        return null;
    }

    private static bool Allows(RecordField? field, IConvertible value) => field?.Allows(value) ?? true;
}
