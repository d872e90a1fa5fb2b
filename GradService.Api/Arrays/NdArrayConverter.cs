using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Domain;

namespace GradService.Api.Arrays;

/// <summary>Writes arrays as nested lists with the shortest digits that read back to the same number; NaN and infinities as strings.</summary>
internal sealed class NdArrayConverter : JsonConverter<NdArray>
{
    public override NdArray Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are read by RequestReader.");

    public override void Write(Utf8JsonWriter writer, NdArray value, JsonSerializerOptions options)
    {
        var next = 0;
        WriteAxis(writer, value, 0, ref next);
    }

    private static void WriteAxis(Utf8JsonWriter writer, NdArray array, int axis, ref int next)
    {
        if (axis == array.Shape.Rank)
        {
            WriteNumber(writer, array, next++);
            return;
        }

        writer.WriteStartArray();
        for (var i = 0L; i < array.Shape[axis]; i++)
        {
            WriteAxis(writer, array, axis + 1, ref next);
        }

        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, NdArray array, int index)
    {
        if (!double.IsFinite(array[index]))
        {
            writer.WriteStringValue(double.IsNaN(array[index]) ? "NaN" : array[index] > 0 ? "Infinity" : "-Infinity");
        }
        else if (array.Dtype == Dtype.Float32)
        {
            writer.WriteNumberValue(array.Singles[index]);
        }
        else
        {
            writer.WriteNumberValue(array.Doubles[index]);
        }
    }
}
