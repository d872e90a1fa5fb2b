using System.Text;
using System.Text.Json;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

/// <summary>
/// The fields of a JSON object as they are written, each to be read when it is known what it must be. Of a name that
/// comes twice the last counts.
/// </summary>
internal sealed class JsonFields
{
    private const int MaxFields = 10_000;
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _texts = [];

    public static JsonFields None { get; } = new();

    public IEnumerable<string> Names => _texts.Keys;

    /// <summary>The text of a field's value; null where there is none.</summary>
    public ReadOnlyMemory<byte>? this[string name] => _texts.TryGetValue(name, out var text) ? text : default(ReadOnlyMemory<byte>?);

    /// <summary>A value that is a text; null where it is none, or no Unicode.</summary>
    public static string? TextOf(ReadOnlyMemory<byte> json)
    {
        var reader = On(json);
        try
        {
            return reader.TokenType == JsonTokenType.String ? JsonText.Of(ref reader) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A value that is an integer, however it is written; null where it is none.</summary>
    public static long? IntegerOf(ReadOnlyMemory<byte> json)
    {
        var reader = On(json);
        return reader.TokenType != JsonTokenType.Number ? null
            : reader.TryGetInt64(out var integer) ? integer
            : reader.TryGetDouble(out var number) && number == Math.Floor(number) && Math.Abs(number) <= 1L << 53 ? (long)number
            : null;
    }

    /// <summary>The first two elements of a list as they are written; null where it is none.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? ElementsOf(ReadOnlyMemory<byte> json)
    {
        var reader = On(json);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return null;
        }

        var elements = new List<ReadOnlyMemory<byte>>();
        while (elements.Count < 2 && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            elements.Add(json[start..(int)reader.BytesConsumed]);
        }

        return elements;
    }

    /// <summary>What came, in words.</summary>
    public static string Got(ReadOnlyMemory<byte>? json)
    {
        if (json is not { } text)
        {
            return "nothing";
        }

        var reader = On(text);
        return reader.TokenType == JsonTokenType.String && TextOf(text) is null ? "a string that is not valid Unicode" : RequestWords.Got(ref reader);
    }

    /// <summary>The fields of a body.</summary>
    /// <returns>Null where it is no object, but JSON or empty.</returns>
    /// <exception cref="FaultException">It is not JSON.</exception>
    public static JsonFields? OfBody(ReadOnlyMemory<byte> json)
    {
        var text = json.Span.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;
        return text.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0 ? null : Of(text);
    }

    /// <summary>The fields of a value.</summary>
    /// <returns>Null where it is no object.</returns>
    /// <exception cref="FaultException">It is not JSON, as a name within a body may still turn out to be.</exception>
    public static JsonFields? Of(ReadOnlyMemory<byte> json)
    {
        try
        {
            return Parse(json);
        }
        catch (JsonException malformed)
        {
            throw new FaultException(RequestWords.Malformed(malformed, "", json.Span));
        }
    }

    private static JsonFields? Parse(ReadOnlyMemory<byte> json)
    {
        var fields = new JsonFields();
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            reader.Read();
            return null;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = JsonText.Of(ref reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (fields._texts.Count == MaxFields)
            {
                throw new FaultException(Fault.TooLarge("", $"at most {MaxFields} fields in an object", "more"));
            }

            fields._texts[name] = json[start..(int)reader.BytesConsumed];
        }

        // Nothing may follow.
        reader.Read();
        return fields;
    }

    /// <summary>A reader on the first token of a value.</summary>
    private static Utf8JsonReader On(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        reader.Read();
        return reader;
    }
}
