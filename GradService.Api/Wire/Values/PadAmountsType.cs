using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Networks.Layers.Spatial;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>An integer for both ends of all spatial axes, or a list with two for each axis; how many axes there are, the layer knows.</summary>
internal sealed class PadAmountsType() : FieldType(typeof(PadAmounts), "integer or integers")
{
    public override JsonConverter Converter { get; } = SingleOrList.Converter<PadAmounts, int>(value => value.Values);

    public override string Expected(RecordField? field) => $"{IntegerType.Words(field)}, or a list of such, before and after each axis, the last axis first";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) =>
        SingleOrList.Read<int>(ref reader, field, report, Expected, IntegerType.Read, IntegerType.Words) is { } values ? new PadAmounts(values) : null;

    public override OpenApiSchema Schema() => SingleOrList.Schema(IntegerType.Single);
}
