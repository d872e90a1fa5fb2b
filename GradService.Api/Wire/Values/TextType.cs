using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>A text.</summary>
internal sealed class TextType() : FieldType(typeof(string), "text")
{
    public override string Expected(RecordField? field) => "a string";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) =>
        reader.TokenType == JsonTokenType.String ? JsonText.Of(ref reader) : Refuse(ref reader, field, report);

    public override OpenApiSchema Schema() => new() { Type = JsonSchemaType.String };
}
