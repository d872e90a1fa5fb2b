using System.Globalization;
using System.Text.Json;
using GradService.Api.Wire.Arrays;

namespace GradService.Fuzz.Targets;

/// <summary>A number of JSON, against System.Text.Json for what is one, and the runtime for its value.</summary>
internal static class NumberTarget
{
    public static void Run(byte[] input)
    {
        var at = 0;
        if (JsonNumber.TryRead(input, ref at, out var value))
        {
            MisreadException.ThrowIf(!IsNumber(input.AsSpan(0, at)), $"The first {at} bytes are no number.");
            var expected = double.Parse(input.AsSpan(0, at), NumberStyles.Float, CultureInfo.InvariantCulture);
            MisreadException.ThrowIf(BitConverter.DoubleToInt64Bits(expected) != BitConverter.DoubleToInt64Bits(value),
                $"Read {value:R} instead of {expected:R}.");
            MisreadException.ThrowIf(at < input.Length && IsNumber(input), "Stopped within a number.");
        }
        else
        {
            MisreadException.ThrowIf(at != 0, "Moved on without having read.");
            MisreadException.ThrowIf(IsNumber(input) && double.IsFinite(double.Parse(input, NumberStyles.Float, CultureInfo.InvariantCulture)),
                "Refused a number.");
        }
    }

    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length == text.Length && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
