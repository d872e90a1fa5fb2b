using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;
using GradService.Domain.Objectives.Sampling;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>An interval as a list of its two ends.</summary>
internal sealed class IntervalType() : FieldType(typeof(Interval), "two numbers")
{
    private static readonly NumberType End = new();

    public override JsonConverter Converter { get; } = new WritingConverter<Interval>((writer, interval, json) =>
        JsonSerializer.Serialize(writer, new[] { interval.Low, interval.High }, json));

    public override string Expected(RecordField? field) => "a list of two numbers, low and high";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Refuse(ref reader, field, report);
        }

        var (ends, entries) = (new List<double>(2), 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var at = FieldPath.Empty.At(entries++);
            if (End.Read(ref reader, null, (below, expected, got, remedy) => report(at.Then(below), expected, got, remedy)) is double end && entries <= 2)
            {
                ends.Add(end);
            }
        }

        if (entries != 2)
        {
            report(FieldPath.Empty, Expected(field), entries switch
            {
                0 => "an empty list",
                1 => "1 entry",
                _ => $"{entries} entries",
            });
        }

        return entries == 2 && ends is [var low, var high] ? new Interval(low, high) : null;
    }

    public override OpenApiSchema Schema() =>
        new() { Type = JsonSchemaType.Array, Items = FieldTypes.Of(typeof(double))!.Schema(), MinItems = 2, MaxItems = 2 };
}
