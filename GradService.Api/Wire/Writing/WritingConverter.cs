using System.Text.Json;
using System.Text.Json.Serialization;

namespace GradService.Api.Wire.Writing;

/// <summary>Lets the serialiser write what it does not know; it reads nothing, as requests are read field by field.</summary>
/// <param name="write">Writes a value.</param>
internal sealed class WritingConverter<T>(Action<Utf8JsonWriter, T, JsonSerializerOptions> write) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are read by RequestReader.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => write(writer, value, options);
}
