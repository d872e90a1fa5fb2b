using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Objectives.Sampling;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>How many points: an integer, or of a grid a list with one for each axis.</summary>
internal sealed class SampleCountType() : FieldType(typeof(SampleCount), "integer or integers")
{
    public override JsonConverter Converter { get; } = new WritingConverter<SampleCount>((writer, count, json) =>
        JsonSerializer.Serialize(writer, count.Total ?? (object)count.AlongAxes!, json));

    public override string Expected(RecordField? field) => $"{IntegerType.Words(field)}, or for a grid a list of such, one per axis";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        var isList = reader.TokenType == JsonTokenType.StartArray;
        return SingleOrList.Read<int>(ref reader, field, report, Expected, IntegerType.Read, IntegerType.Words) is not { } counts ? null
            : isList ? new SampleCount(counts)
            : new SampleCount(counts[0]);
    }

    public override OpenApiSchema Schema() => SingleOrList.Schema(IntegerType.Single);
}
