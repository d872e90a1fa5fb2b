using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Reading;
using GradService.Domain.Networks.Layers;

namespace GradService.Api.Wire.Writing;

/// <summary>Writes a layer as it is read: its type, and all its fields.</summary>
internal sealed class LayerConverter : JsonConverter<Layer>
{
    private static readonly Family Layers = Family.Of(typeof(Layer))!;
    private static readonly Dictionary<Type, string> Names = Layers.Members.ToDictionary(member => member.Value, member => member.Key);

    public override Layer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are read by RequestReader.");

    public override void Write(Utf8JsonWriter writer, Layer value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Layers.Discriminator, Names[value.GetType()]);
        foreach (var field in RecordFields.Of(value.GetType()).Values)
        {
            // Null too: it is not always what an absent field means.
            writer.WritePropertyName(field.Name);
            JsonSerializer.Serialize(writer, field.Property.GetValue(value), field.Property.PropertyType, options);
        }

        writer.WriteEndObject();
    }
}
