using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;
using GradService.Domain.Networks.Layers.Spatial;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>A number for all spatial axes, or a list with one for each; how many axes there are, the layer knows.</summary>
internal sealed class ScaleFactorsType() : FieldType(typeof(ScaleFactors), "number or numbers")
{
    public override JsonConverter Converter { get; } = new WritingConverter<ScaleFactors>((writer, value, json) =>
    {
        if (value.Values is [var one])
        {
            writer.WriteNumberValue(one);
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Values, json);
        }
    });

    public override string Expected(RecordField? field) => $"{NumberType.Words(field)}, or a list of such, one per spatial axis";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return NumberType.Read(ref reader, field, report, FieldPath.Empty, Expected) is { } one ? new ScaleFactors(one) : null;
        }

        var (values, entries) = (new List<double>(), 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (NumberType.Read(ref reader, field, report, FieldPath.Empty.At(entries++), NumberType.Words) is { } value)
            {
                values.Add(value);
            }
        }

        if (entries == 0)
        {
            report(FieldPath.Empty, Expected(field), "an empty list");
        }

        return values.Count == entries && entries > 0 ? new ScaleFactors(values) : null;
    }

    public override OpenApiSchema Schema() =>
        new() { OneOf = [NumberType.Single(), new OpenApiSchema { Type = JsonSchemaType.Array, Items = NumberType.Single(), MinItems = 1 }] };
}
