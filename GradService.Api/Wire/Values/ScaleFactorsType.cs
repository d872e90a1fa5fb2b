using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Networks.Layers.Spatial;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>A number for all spatial axes, or a list with one for each; how many axes there are, the layer knows.</summary>
internal sealed class ScaleFactorsType() : FieldType(typeof(ScaleFactors), "number or numbers")
{
    public override JsonConverter Converter { get; } = SingleOrList.Converter<ScaleFactors, double>(value => value.Values);

    public override string Expected(RecordField? field) => $"{NumberType.Words(field)}, or a list of such, one per spatial axis";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) =>
        SingleOrList.Read<double>(ref reader, field, report, Expected, NumberType.Read, NumberType.Words) is { } values ? new ScaleFactors(values) : null;

    public override OpenApiSchema Schema() => SingleOrList.Schema(NumberType.Single);
}
