using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;
using GradService.Domain.Networks.Layers.Spatial;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>An integer for all spatial axes, or a list with one for each; how many axes there are, the layer knows.</summary>
internal sealed class PerAxisType() : FieldType(typeof(PerAxis), "integer or integers")
{
    public override JsonConverter Converter { get; } = new WritingConverter<PerAxis>((writer, value, json) =>
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

    public override string Expected(RecordField? field) => Words(field);

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) => Read(ref reader, field, report, Words);

    public override OpenApiSchema Schema() => IntegerType.SingleOrList();

    public static string Words(RecordField? field) => $"{IntegerType.Words(field)}, or a list of such, one per spatial axis";

    /// <summary>One that may be something else as well.</summary>
    public static PerAxis? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report, Func<RecordField?, string> expected) =>
        reader.TokenType == JsonTokenType.StartArray
            ? IntegerType.ReadList(ref reader, field, report, expected) is { } values ? new PerAxis(values) : null
            : IntegerType.Read(ref reader, field, report, FieldPath.Empty, expected) is { } one ? new PerAxis(one) : null;
}
