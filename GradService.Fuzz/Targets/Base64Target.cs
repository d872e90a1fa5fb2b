using System.Numerics;
using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;

namespace GradService.Fuzz.Targets;

/// <summary>An array as an object with its bytes in base64, against a parsed document and System.Convert.</summary>
internal static class Base64Target
{
    public static void Run(byte[] input)
    {
        if (input is not [(byte)'{', ..])
        {
            return;
        }

        using var document = ParsedJson.Of(input);
        var expected = document is null ? null : Plain(document.RootElement);
        var array = Read(input, out var fault);
        MisreadException.ThrowIf(array is null == fault is null, "Neither an array nor a fault, or both.");
        MisreadException.ThrowIf(expected is null ? array is not null : array is null || !Same(expected.Value, array),
            $"It is {(array is null ? fault : array.Shape)} instead of {(expected is null ? "no array" : "one")}.");
    }

    private static bool Same((long[] Shape, bool IsSingle, byte[] Bytes) expected, NdArray array) =>
        array.Shape.Dimensions.SequenceEqual(expected.Shape) && array.Dtype == Dtype.Float32 == expected.IsSingle
            && array.RawBytes.SequenceEqual(expected.Bytes);

    private static NdArray? Read(byte[] input, out string? fault)
    {
        string? reported = null;
        fault = null;
        try
        {
            var reader = new Utf8JsonReader(input, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
            reader.Read();
            var array = EncodedArrayReader.Read(ref reader, (below, expected, got, _) => reported ??= $"{below}: {expected}, {got}");
            MisreadException.ThrowIf(array is null == reported is null, "Neither an array nor a report, or both.");
            MisreadException.ThrowIf(reader.TokenType != JsonTokenType.EndObject || reader.CurrentDepth != 0, "It does not stand on the last bracket.");
            reader.Read();
            fault = reported;
            return array;
        }
        catch (JsonException malformed)
        {
            fault = malformed.Message;
            return null;
        }
    }

    private static (long[] Shape, bool IsSingle, byte[] Bytes)? Plain(JsonElement array)
    {
        if (array.EnumerateObject().Count() != 3 || !array.TryGetProperty("shape", out var shape) || !array.TryGetProperty("dtype", out var dtype)
            || !array.TryGetProperty("base64", out var base64)
            || shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() > 10 || dtype.ValueKind != JsonValueKind.String
            || base64.ValueKind != JsonValueKind.String
            || ParsedJson.TextOf(dtype) is not ("float32" or "float64") || ParsedJson.TextOf(base64) is not { } text)
        {
            return null;
        }

        var sizes = new List<long>();
        foreach (var size in shape.EnumerateArray())
        {
            if (size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var integer) || integer < 0)
            {
                return null;
            }

            sizes.Add(integer);
        }

        try
        {
            var (bytes, isSingle) = (Convert.FromBase64String(text), ParsedJson.TextOf(dtype) == "float32");
            var wanted = sizes.Aggregate((BigInteger)(isSingle ? 4 : 8), (product, size) => product * size);

            // Convert lets pass bits that no writer sets, behind the last byte.
            return wanted == bytes.Length && Convert.ToBase64String(bytes) == string.Concat(text.Split(' ', '\t', '\r', '\n'))
                ? ([.. sizes], isSingle, bytes)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
