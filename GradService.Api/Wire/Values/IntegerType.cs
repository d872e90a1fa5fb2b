using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>A whole number.</summary>
internal sealed class IntegerType() : FieldType(typeof(int), "integer")
{
    public override string Expected(RecordField? field) => Words(field);

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) =>
        Read(ref reader, field, report, FieldPath.Empty, Words) is { } value ? value : null;

    public override OpenApiSchema Schema() => Single();

    public static OpenApiSchema Single() => new() { Type = JsonSchemaType.Integer, Format = "int32" };

    public static string Words(RecordField? field) => "an integer" + RequestWords.Range(field);

    /// <summary>One that stands below a field, or may be something else as well.</summary>
    /// <param name="reader">Stands on it.</param>
    /// <param name="field">The field, with its range.</param>
    /// <param name="report">Told what is wrong.</param>
    /// <param name="below">Where it stands below the field.</param>
    /// <param name="expected">What would have been right, in words.</param>
    public static int? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report, FieldPath below, Func<RecordField?, string> expected)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) && (field?.Allows(value) ?? true))
        {
            return value;
        }

        Refuse(ref reader, report, below, expected(field), Words(field));
        return null;
    }

    /// <summary>Reports what the reader stands on: a fraction is told what is wrong with how it is written.</summary>
    internal static void Refuse(ref Utf8JsonReader reader, ReportFault report, FieldPath below, string expected, string integer)
    {
        var isFraction = reader.TokenType == JsonTokenType.Number && reader.ValueSpan.IndexOfAny(".eE"u8) >= 0;
        report(below, isFraction ? integer + ", written without point or exponent" : expected, RequestWords.Got(ref reader));
        reader.Skip();
    }
}

/// <summary>A whole number that may be long.</summary>
internal sealed class LongIntegerType() : FieldType(typeof(long), "integer")
{
    public override string Expected(RecordField? field) => IntegerType.Words(field);

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && (field?.Allows(value) ?? true))
        {
            return value;
        }

        IntegerType.Refuse(ref reader, report, FieldPath.Empty, Expected(field), Expected(field));
        return null;
    }

    public override OpenApiSchema Schema() => new() { Type = JsonSchemaType.Integer, Format = "int64" };
}
