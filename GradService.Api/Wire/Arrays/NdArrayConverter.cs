using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>Keeps the serialiser from looking into arrays, which others read and write.</summary>
internal sealed class NdArrayConverter : JsonConverter<NdArray>
{
    public override NdArray Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are read by RequestReader.");

    public override void Write(Utf8JsonWriter writer, NdArray value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Arrays are written by AnswerWalk, in pieces.");
}
