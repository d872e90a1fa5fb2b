using System.Globalization;
using System.Text;
using System.Text.Json;
using GradService.Api.Wire.Values;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

/// <summary>What was expected and what came, in words.</summary>
internal static class RequestWords
{
    /// <summary>What would have been right, in words.</summary>
    public static string Expected(Type type, RecordField? field)
    {
        if (FieldTypes.Of(type) is { } known)
        {
            return known.Expected(field);
        }

        if (type.IsGenericType && type.Name.StartsWith("IReadOnlyList", StringComparison.Ordinal))
        {
            return field?.MinLength > 0
                ? field.MaxLength < int.MaxValue
                    ? $"a list of {field.MinLength} to {field.MaxLength} entries"
                    : $"a list of at least {field.MinLength} {(field.MinLength == 1 ? "entry" : "entries")}"
                : "a list";
        }

        return type == typeof(NdArray) ? "an array of numbers"
            : Family.Of(type) is { } family ? $"an object with '{family.Discriminator}'"
            : "an object";
    }

    /// <summary>The range of a field, as it follows what it is a range of; empty where there is none.</summary>
    public static string Range(RecordField? field) => field?.Range is not { } range ? ""
        : (RecordField.Binds(range.Minimum), RecordField.Binds(range.Maximum)) switch
        {
            (true, true) => string.Create(CultureInfo.InvariantCulture, $" from {range.Minimum} to {range.Maximum}"),
            (true, false) => string.Create(CultureInfo.InvariantCulture, $" of at least {range.Minimum}"),
            (false, true) => string.Create(CultureInfo.InvariantCulture, $" of at most {range.Maximum}"),
            _ => "",
        };

    /// <summary>What came instead, in words.</summary>
    public static string Got(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => Fault.Quoted(JsonText.Of(ref reader)),
        JsonTokenType.Number => Fault.Shortened(Encoding.UTF8.GetString(reader.ValueSpan)),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "null",
    };

    private const string InvalidLiteral = "' is an invalid JSON literal";

    /// <summary>A text that is no JSON: where it stops being so, in the caller's terms rather than in those of System.Text.Json's settings.</summary>
    public static Fault Malformed(JsonException malformed, string path, ReadOnlySpan<byte> json)
    {
        if (json.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return Fault.Invalid(path, "a JSON object", "an empty body");
        }

        if (FileKind.InsteadOfJson(json, path) is { } foreign)
        {
            return foreign;
        }

        if (malformed.Message.StartsWith("The maximum configured depth", StringComparison.Ordinal))
        {
            return Fault.Invalid(path, $"lists and objects nested at most {RequestReader.MaxDepth} deep", "more");
        }

        // The line and the byte follow, counted as people count.
        var reason = malformed.Message.Split(" LineNumber:")[0]
            .Replace(" which is not supported in this mode. Change the reader options.", ".", StringComparison.Ordinal);
        if (reason.LastIndexOf(InvalidLiteral, StringComparison.Ordinal) is > 0 and var end)
        {
            // What is quoted goes on to the next delimiter that is none of text, and may be all the rest.
            reason = Fault.Quoted(reason[1..end]) + reason[(end + 1)..];
        }

        var place = malformed.LineNumber is null ? "" : $" See line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}.";
        return Fault.Invalid(path, "well-formed JSON", "a text that is not", reason + place);
    }
}
