using System.Text.Json;
using System.Text.Unicode;
using GradService.Api.Wire.Reading;

namespace GradService.Fuzz.Targets;

/// <summary>What System.Text.Json makes of a text.</summary>
internal static class ParsedJson
{
    /// <summary>The document at its strictest: no field twice, and UTF-8 throughout; null where it is not such.</summary>
    public static JsonDocument? Of(ReadOnlyMemory<byte> text)
    {
        try
        {
            return Utf8.IsValid(text.Span)
                ? JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = RequestReader.MaxDepth, AllowDuplicateProperties = false })
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in the name of a field.
            return null;
        }
    }

    /// <summary>The string; null where it has a lone surrogate, hence is no text.</summary>
    public static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
