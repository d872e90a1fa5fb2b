using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;
using GradService.Domain.Networks.Layers.Spatial;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>An integer for both ends of all spatial axes, or a list with two for each axis; how many axes there are, the layer knows.</summary>
internal sealed class PadAmountsType() : FieldType(typeof(PadAmounts), "integer or integers")
{
    public override JsonConverter Converter { get; } = new WritingConverter<PadAmounts>((writer, value, json) =>
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

    public override string Expected(RecordField? field) => $"{IntegerType.Words(field)}, or a list of such, before and after each axis, the last axis first";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) => reader.TokenType == JsonTokenType.StartArray
        ? IntegerType.ReadList(ref reader, field, report, Expected) is { } values ? new PadAmounts(values) : null
        : IntegerType.Read(ref reader, field, report, FieldPath.Empty, Expected) is { } one ? new PadAmounts(one) : null;

    public override OpenApiSchema Schema() => IntegerType.SingleOrList();
}
