using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>True or false.</summary>
internal sealed class FlagType() : FieldType(typeof(bool), "boolean")
{
    public override string Expected(RecordField? field) => "true or false";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : Refuse(ref reader, field, report);

    public override OpenApiSchema Schema() => new() { Type = JsonSchemaType.Boolean };
}
