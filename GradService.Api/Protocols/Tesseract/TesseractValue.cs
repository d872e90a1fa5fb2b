using System.Text.Json;
using GradService.Api.Wire.Reading;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>A value of a request in its place, and what has been found wrong with the request so far.</summary>
internal sealed class TesseractValue
{
    private const int LongestQuoted = 200;
    private const int MostQuotedBrackets = RequestReader.MaxDepth / 2;
    private const int MaxErrors = 20;
    private const int MaxEntries = 1_000;
    private readonly ReadOnlyMemory<byte> _json;
    private readonly JsonFields? _fields;
    private readonly IReadOnlyList<object> _loc;
    private readonly List<TesseractError> _errors;
    private readonly Action<long> _hold;

    private TesseractValue(ReadOnlyMemory<byte> json, IReadOnlyList<object> loc, List<TesseractError> errors, Action<long> hold) =>
        (_json, _loc, _errors, _hold) = (json, loc, errors, hold);

    private TesseractValue(JsonFields fields, List<TesseractError> errors, Action<long> hold)
        : this("{}"u8.ToArray(), ["body"], errors, hold) => _fields = fields;

    /// <summary>A body whose fields have been found.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="errors">Where to note what is wrong.</param>
    /// <param name="hold">Told how many bytes an array takes, before it is made; throws where that is too much.</param>
    public static TesseractValue Body(JsonFields fields, List<TesseractError> errors, Action<long> hold) => new(fields, errors, hold);

    public ReadOnlySpan<byte> Json => _json.Span.Trim(" \t\r\n"u8);

    public char First => (char)Json[0];

    /// <summary>The bytes of a text; empty where it is none, or no Unicode.</summary>
    public ReadOnlySpan<byte> Utf8 => First != '"' ? [] : Json.Contains((byte)'\\') ? Unescaped() : Json[1..^1];

    public string? Text => JsonFields.TextOf(_json);

    public long? Integer => JsonFields.IntegerOf(_json);

    /// <summary>Counts an array, before it is made.</summary>
    public void Hold(long bytes) => _hold(bytes);

    /// <summary>Notes that this is wrong. Returns null, in place of what could not be read.</summary>
    public object? Wrong(string type, string message)
    {
        if (_errors.Count < MaxErrors)
        {
            _errors.Add(new TesseractError(type, _loc, message, Quoted()));
        }

        return null;
    }

    /// <summary>The fields of an object; null, and noted, where it is none, lacks one that it must have, or has one that it cannot have.</summary>
    /// <param name="required">Names that must be there.</param>
    /// <param name="optional">Names that may.</param>
    /// <param name="passesOver">Whether others are ignored.</param>
    public IReadOnlyDictionary<string, TesseractValue>? Fields(IReadOnlyList<string> required, IReadOnlyList<string> optional, bool passesOver = false)
    {
        if ((_fields ?? (First == '{' ? JsonFields.Of(_json) : null)) is not { } fields)
        {
            Wrong("value_error", $"Expected an object, got {JsonFields.Got(_json)}.");
            return null;
        }

        var found = new Dictionary<string, TesseractValue>();
        foreach (var name in fields.Names)
        {
            var value = new TesseractValue(fields[name]!.Value, [.. _loc, Domain.Faults.Fault.Shortened(name)], _errors, _hold);
            if (required.Contains(name) || optional.Contains(name))
            {
                found.Add(name, value);
            }
            else if (!passesOver)
            {
                value.Wrong("extra_forbidden", $"Extra inputs are not permitted. {Domain.Faults.NearestName.Suggest(name, required.Concat(optional))}");
            }
        }

        var missing = required.Where(name => !found.ContainsKey(name)).ToList();
        _errors.AddRange(missing.Select(name => new TesseractError("missing", [.. _loc, name], "Field required.")));
        return missing.Count == 0 ? found : null;
    }

    /// <summary>The entries of a list; null, and noted, where it is none.</summary>
    public IReadOnlyList<TesseractValue>? Entries()
    {
        if (First != '[')
        {
            Wrong("value_error", $"Expected a list, got {JsonFields.Got(_json)}.");
            return null;
        }

        var entries = new List<TesseractValue>();
        var reader = new Utf8JsonReader(_json.Span, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (entries.Count == MaxEntries)
            {
                Wrong("too_long", $"Expected at most {MaxEntries} entries, got more.");
                return null;
            }

            entries.Add(new TesseractValue(_json[start..(int)reader.BytesConsumed], [.. _loc, entries.Count], _errors, _hold));
        }

        return entries;
    }

    public override string ToString() => JsonFields.Got(_json);

    private ReadOnlySpan<byte> Unescaped()
    {
        var reader = new Utf8JsonReader(Json, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        reader.Read();
        Hold(Json.Length);
        var text = new byte[Json.Length];
        try
        {
            return text.AsSpan(0, reader.CopyString(text));
        }
        catch (InvalidOperationException)
        {
            return [];
        }
    }

    private JsonElement? Quoted()
    {
        // Escapes may hide what is no Unicode, which could not be written; nor could what is nested as deep as a request may be, within the
        // lists of the answer.
        if (_json.Length > LongestQuoted || _json.Span.Contains((byte)'\\') || _json.Span.Count((byte)'[') + _json.Span.Count((byte)'{') > MostQuotedBrackets)
        {
            return null;
        }

        using var document = JsonDocument.Parse(_json);
        return document.RootElement.Clone();
    }
}
