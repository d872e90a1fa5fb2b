using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>A finite number, or "Infinity" where a field's range goes on to it.</summary>
internal sealed class NumberType() : FieldType(typeof(double), "number")
{
    public override string Expected(RecordField? field) =>
        Words(field) + (field?.AllowsInfinity == true ? ", or \"Infinity\"" : "") + (field?.Nullable == true ? ", or null" : "");

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        if (field?.AllowsInfinity == true && reader.TokenType == JsonTokenType.String && JsonText.Is(ref reader, "Infinity"))
        {
            return double.PositiveInfinity;
        }

        return Read(ref reader, field, report, FieldPath.Empty, Expected) is { } value ? value : null;
    }

    public override OpenApiSchema Schema() => Single();

    public static OpenApiSchema Single() => new() { Type = JsonSchemaType.Number, Format = "double" };

    public static string Words(RecordField? field) => "a number" + RequestWords.Range(field);

    /// <summary>A finite one that stands below a field, or may be something else as well.</summary>
    /// <param name="reader">Stands on it.</param>
    /// <param name="field">The field, with its range.</param>
    /// <param name="report">Told what is wrong.</param>
    /// <param name="below">Where it stands below the field.</param>
    /// <param name="expected">What would have been right, in words.</param>
    public static double? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report, FieldPath below, Func<RecordField?, string> expected)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value) && (field?.Allows(value) ?? true))
        {
            return value;
        }

        report(below, expected(field), RequestWords.Got(ref reader));
        reader.Skip();
        return null;
    }
}
