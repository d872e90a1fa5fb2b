using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using GradService.Domain.Objectives;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>The name of a point set, or a list of names.</summary>
internal sealed class TermSetsType() : FieldType(typeof(TermSets), "name or names")
{
    public override JsonConverter Converter { get; } = SingleOrList.Converter<TermSets, string>(value => value.Names);

    public override string Expected(RecordField? field) => "the name of a point set, or a list of such names";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new TermSets([JsonText.Of(ref reader)]);
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Refuse(ref reader, field, report);
        }

        var (names, entries) = (new List<string>(), 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                names.Add(JsonText.Of(ref reader));
            }
            else
            {
                report(FieldPath.Empty.At(entries), "the name of a point set", RequestWords.Got(ref reader));
                reader.Skip();
            }

            entries++;
        }

        if (entries is 0 or > Most)
        {
            report(FieldPath.Empty, $"1 to {Most} names of point sets", entries == 0 ? "an empty list" : $"{entries} entries");
        }

        return names.Count == entries && entries is > 0 and <= Most ? new TermSets(names) : null;
    }

    public override OpenApiSchema Schema() => new()
    {
        OneOf =
        [
            new OpenApiSchema { Type = JsonSchemaType.String },
            new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String }, MinItems = 1, MaxItems = Most },
        ],
    };

    /// <summary>As many as a request has point sets at most.</summary>
    private const int Most = 100;
}
