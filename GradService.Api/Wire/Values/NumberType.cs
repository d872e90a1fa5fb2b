using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>A finite number, or "Infinity" where a field's range goes on to it.</summary>
internal sealed class NumberType() : FieldType(typeof(double), "number")
{
    public override string Expected(RecordField? field) =>
        "a number" + RequestWords.Range(field) + (field?.AllowsInfinity == true ? ", or \"Infinity\"" : "") + (field?.Nullable == true ? ", or null" : "");

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        if (field?.AllowsInfinity == true && reader.TokenType == JsonTokenType.String && JsonText.Is(ref reader, "Infinity"))
        {
            return double.PositiveInfinity;
        }

        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value) && (field?.Allows(value) ?? true)
            ? value : Refuse(ref reader, field, report);
    }

    public override OpenApiSchema Schema() => new() { Type = JsonSchemaType.Number, Format = "double" };
}
