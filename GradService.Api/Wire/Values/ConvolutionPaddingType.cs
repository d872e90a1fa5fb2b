using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Networks.Layers.Spatial;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>Padding of a convolution: an amount for all spatial axes or for each, or "same".</summary>
internal sealed class ConvolutionPaddingType() : FieldType(typeof(ConvolutionPadding), "integer, integers or \"same\"")
{
    private const string Same = "same";

    public override JsonConverter Converter { get; } = new WritingConverter<ConvolutionPadding>((writer, value, json) =>
    {
        if (value.Amount is { } amount)
        {
            JsonSerializer.Serialize(writer, amount, json);
        }
        else
        {
            writer.WriteStringValue(Same);
        }
    });

    public override string Expected(RecordField? field) => $"{PerAxisType.Words(field)}, or \"{Same}\"";

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report) =>
        reader.TokenType == JsonTokenType.String && JsonText.Is(ref reader, Same) ? new ConvolutionPadding(Amount: null)
        : PerAxisType.Read(ref reader, field, report, Expected) is { } amount ? new ConvolutionPadding(amount)
        : null;

    public override OpenApiSchema Schema()
    {
        var schema = FieldTypes.Of(typeof(PerAxis))!.Schema();
        schema.OneOf!.Add(new OpenApiSchema { Type = JsonSchemaType.String, Enum = [Same] });
        return schema;
    }
}
