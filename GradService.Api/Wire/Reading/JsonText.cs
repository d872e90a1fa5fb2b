using System.Text.Json;
using System.Text.Unicode;

namespace GradService.Api.Wire.Reading;

/// <summary>Strings of a request.</summary>
internal static class JsonText
{
    /// <summary>Whether the string that the reader stands on is this text.</summary>
    public static bool Is(ref Utf8JsonReader reader, string text) =>
        reader.ValueIsEscaped ? Of(ref reader) == text : reader.ValueTextEquals(text);

    /// <summary>
    /// Passes over the list or object that the reader stands on, having seen that its strings are text: whoever reads it later
    /// reads what he needs of it.
    /// </summary>
    /// <exception cref="JsonException">One is no Unicode.</exception>
    public static void Skip(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && (reader.ValueIsEscaped || !Utf8.IsValid(reader.ValueSpan)))
            {
                Of(ref reader);
            }
        }
    }

    /// <summary>The string that the reader stands on.</summary>
    /// <exception cref="JsonException">It is no Unicode.</exception>
    public static string Of(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate or bytes that are no UTF-8: to the caller the same as any other malformed text.
            throw new JsonException("A string is not valid Unicode.");
        }
    }
}
