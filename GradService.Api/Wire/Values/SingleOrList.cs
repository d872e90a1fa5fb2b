using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>A value that travels alone, or as a list of at least one such; a list of one is written as that one.</summary>
internal static class SingleOrList
{
    /// <summary>How an entry is read that stands below a field.</summary>
    public delegate T? ReadEntry<T>(
        ref Utf8JsonReader reader, RecordField? field, ReportFault report, FieldPath below, Func<RecordField?, string> expected)
        where T : struct;

    /// <param name="entries">What a record of such values holds.</param>
    public static JsonConverter Converter<TRecord, T>(Func<TRecord, IReadOnlyList<T>> entries) => new WritingConverter<TRecord>((writer, value, json) =>
    {
        if (entries(value) is [var one])
        {
            JsonSerializer.Serialize(writer, one, json);
        }
        else
        {
            JsonSerializer.Serialize(writer, entries(value), json);
        }
    });

    /// <summary>The entries of a list, or the one value that the reader stands on; null where a fault was reported.</summary>
    /// <param name="reader">Stands on the list, or on a value.</param>
    /// <param name="field">The field, with its range.</param>
    /// <param name="report">Told what is wrong.</param>
    /// <param name="expected">What would have been right, in words.</param>
    /// <param name="read">Reads an entry.</param>
    /// <param name="words">What an entry is, in words.</param>
    public static IReadOnlyList<T>? Read<T>(ref Utf8JsonReader reader, RecordField? field, ReportFault report, Func<RecordField?, string> expected,
        ReadEntry<T> read, Func<RecordField?, string> words)
        where T : struct
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return read(ref reader, field, report, FieldPath.Empty, expected) is { } one ? [one] : null;
        }

        var (values, entries) = (new List<T>(), 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (read(ref reader, field, report, FieldPath.Empty.At(entries++), words) is { } value)
            {
                values.Add(value);
            }
        }

        if (entries == 0)
        {
            report(FieldPath.Empty, expected(field), "an empty list");
        }

        return values.Count == entries && entries > 0 ? values : null;
    }

    /// <param name="single">The schema of a value alone, made anew at each call.</param>
    public static OpenApiSchema Schema(Func<OpenApiSchema> single) =>
        new() { OneOf = [single(), new OpenApiSchema { Type = JsonSchemaType.Array, Items = single(), MinItems = 1 }] };
}
