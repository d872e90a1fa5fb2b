using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Networks.Layers.Spatial;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>An integer for all spatial axes, or a list with one for each; how many axes there are, the layer knows.</summary>
internal sealed class PerAxisType() : FieldType(typeof(PerAxis), "integer or integers")
{
    public override JsonConverter Converter { get; } = SingleOrList.Converter<PerAxis, int>(value => value.Values);

    public override string Expected(RecordField? field) => Words(field);

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) => Read(ref reader, field, report, Words);

    public override OpenApiSchema Schema() => SingleOrList.Schema(IntegerType.Single);

    public static string Words(RecordField? field) => $"{IntegerType.Words(field)}, or a list of such, one per spatial axis";

    /// <summary>One that may be something else as well.</summary>
    public static PerAxis? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report, Func<RecordField?, string> expected) =>
        SingleOrList.Read<int>(ref reader, field, report, expected, IntegerType.Read, IntegerType.Words) is { } values ? new PerAxis(values) : null;
}
