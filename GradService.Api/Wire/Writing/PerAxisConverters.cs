using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Api.Wire.Writing;

/// <summary>Writes an integer for all axes, or a list with one for each.</summary>
internal sealed class PerAxisConverter : JsonConverter<PerAxis>
{
    public override PerAxis Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are read by RequestReader.");

    public override void Write(Utf8JsonWriter writer, PerAxis value, JsonSerializerOptions options)
    {
        if (value.Values is [var one])
        {
            writer.WriteNumberValue(one);
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Values, options);
        }
    }
}

/// <summary>Writes padding as its amount, or as "same".</summary>
internal sealed class ConvolutionPaddingConverter : JsonConverter<ConvolutionPadding>
{
    public override ConvolutionPadding Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are read by RequestReader.");

    public override void Write(Utf8JsonWriter writer, ConvolutionPadding value, JsonSerializerOptions options)
    {
        if (value.Amount is { } amount)
        {
            JsonSerializer.Serialize(writer, amount, options);
        }
        else
        {
            writer.WriteStringValue("same");
        }
    }
}
