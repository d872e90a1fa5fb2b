using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>Arrays of Tesseract: objects with shape, dtype and data, and in requests also nested lists.</summary>
internal static class TesseractArray
{
    /// <summary>The text of an array in an answer.</summary>
    public static ArrayText TextOf(NdArray array, bool base64) => new FramedArrayText(
        $"{{\"object_type\":\"array\",{FramedArrayText.ShapeAndDtype(array)},\"data\":{{\"encoding\":\"{(base64 ? "base64" : "json")}\",\"buffer\":",
        base64 ? new Base64Text(array) : new NestedArrayText(array), "}}");

    /// <summary>The array of a request; null where something was wrong, which was noted.</summary>
    /// <param name="value">Where it stands.</param>
    /// <param name="expected">Its shape; of axes that are null any size will do.</param>
    public static NdArray? Read(TesseractValue value, IReadOnlyList<long?> expected)
    {
        var array = value.First == '{' ? Decode(value, expected) : ReadNested(value);
        return array is not null && Fits(value, array.Shape.Dimensions, expected) ? array : null;
    }

    /// <summary>The shape of an array that is not there; null where something was wrong, which was noted. What else it has is passed over.</summary>
    public static Shape? ReadAbstract(TesseractValue value, IReadOnlyList<long?> expected)
    {
        if (value.Fields(["shape", "dtype"], [], passesOver: true) is not { } fields)
        {
            return null;
        }

        var (shape, type) = (ShapeOf(fields["shape"]), TypeOf(fields["dtype"]));
        return shape is not null && type is not null && Fits(value, shape.Dimensions, expected) ? shape : null;
    }

    private static NdArray? Decode(TesseractValue value, IReadOnlyList<long?> expected)
    {
        if (value.Fields(["shape", "dtype", "data"], ["object_type"]) is not { } fields)
        {
            return null;
        }

        if (fields.GetValueOrDefault("object_type") is { } kind && kind.Text != "array")
        {
            kind.Wrong("literal_error", "Input should be 'array'.");
            return null;
        }

        var (shape, type) = (ShapeOf(fields["shape"]), TypeOf(fields["dtype"]));
        var data = fields["data"].Fields(["buffer", "encoding"], ["compression"]);

        // The numbers are looked at where the rest is right, so that no array is made of a shape that does not fit.
        if (data is null || !HasPlainBytes(data) || shape is null || type is null || !Fits(value, shape.Dimensions, expected))
        {
            return null;
        }

        return data["encoding"].Text switch
        {
            "base64" => DecodeBase64(data["buffer"], shape, type),
            "json" => ReadNested(data["buffer"]) is { } numbers ? Cast(data["buffer"], numbers, shape, type) : null,
            _ => (NdArray?)data["encoding"]
                .Wrong("literal_error", $"Input should be 'base64' or 'json', got {data["encoding"]}: this service shares no files with its callers."),
        };
    }

    private static bool HasPlainBytes(IReadOnlyDictionary<string, TesseractValue> data) =>
        data.GetValueOrDefault("compression") is not { First: not 'n' } compression
            || compression.Wrong("literal_error",
                $"Input should be null, got {compression}: buffers that are compressed are not read here. Leave 'compression' out.") is not null;

    private static NdArray? DecodeBase64(TesseractValue buffer, Shape shape, ArrayType type)
    {
        var text = buffer.Utf8;
        if (buffer.First != '"' || !Base64.IsValid(text, out var length))
        {
            return (NdArray?)buffer.Wrong("array_decode_error",
                "Failed to decode array buffer (base64 encoding): expected bytes in base64, padded with '=', "
                    + $"got {(buffer.First == '"' ? "a text that is not" : buffer)}.");
        }

        if ((Int128)shape.Elements * type.Size != length)
        {
            return (NdArray?)buffer.Wrong("array_decode_error",
                $"Failed to decode array buffer (base64 encoding): expected {(Int128)shape.Elements * type.Size} bytes, as shape {shape} of "
                    + $"{type.Name} has, got {length}.");
        }

        buffer.Hold(length + type.ArrayBytes(shape));
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Base64.DecodeFromUtf8(text, rented, out _, out _);
            return type.Read(rented.AsSpan(0, length), shape);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static NdArray? Cast(TesseractValue buffer, NdArray numbers, Shape shape, ArrayType type)
    {
        if (numbers.Count != shape.Elements)
        {
            return (NdArray?)buffer.Wrong("array_decode_error",
                $"Failed to decode array buffer (json encoding): expected {shape.Elements} numbers, as shape {shape} has, got {numbers.Count}.");
        }

        buffer.Hold(type.ArrayBytes(shape));
        return type.Cast(numbers) is { } cast ? cast.Reshape(shape)
            : (NdArray?)buffer.Wrong("array_expected_integer", "Expected integer data, but array contains floating point values.");
    }

    private static NdArray? ReadNested(TesseractValue value)
    {
        var numbers = NumberBuffer.MostIn(value.Json);
        if (value.First == '[' && NestedArrayParser.TryParse(value.Json, out _, numbers) is { } regular)
        {
            return regular;
        }

        var reader = new Utf8JsonReader(value.Json, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        reader.Read();
        try
        {
            return NestedArrayReader.Read(ref reader, (below, expected, got, _) =>
                value.Wrong(
                    "array_non_numeric",
                    $"Could not parse value as a numeric array{(below.IsEmpty ? "" : $" at {below}")}: expected {expected}, got {got}."), numbers);
        }
        catch (JsonException)
        {
            return (NdArray?)value.Wrong("array_non_numeric",
                "Could not parse value as a numeric array: expected numbers, got a string that is not valid Unicode.");
        }
    }

    private static Shape? ShapeOf(TesseractValue value)
    {
        if (value.Entries() is not { } entries)
        {
            return null;
        }

        if (entries.Count > NestedArrayReader.MaxRank)
        {
            return (Shape?)value.Wrong("array_dimensionality_mismatch", $"Expected at most {NestedArrayReader.MaxRank} sizes, got {entries.Count}.");
        }

        var wrong = entries.FirstOrDefault(entry => entry.Integer is null or < 1);
        return wrong is null
            ? new Shape([.. entries.Select(entry => entry.Integer!.Value)])
            : (Shape?)wrong.Wrong("value_error", $"Expected an integer of at least 1, got {wrong}.");
    }

    private static ArrayType? TypeOf(TesseractValue value) => value.Text is { } name && ArrayType.Find(name) is { } type ? type
        : (ArrayType?)value.Wrong("literal_error", $"Input should be one of {string.Join(", ", ArrayType.All.Select(each => each.Name))}, got {value}.");

    private static bool Fits(TesseractValue value, ReadOnlySpan<long> shape, IReadOnlyList<long?> expected)
    {
        if (shape.Length != expected.Count)
        {
            value.Wrong("array_dimensionality_mismatch", $"Array has wrong number of dimensions: got {shape.Length}D, expected {expected.Count}D.");
            return false;
        }

        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] < 1 || (expected[axis] is { } size && size != shape[axis]))
            {
                value.Wrong("array_shape_mismatch",
                    $"Array shape {new Shape(shape)} does not match expected shape "
                        + $"[{string.Join(", ", expected.Select(each => each is null ? "N" : $"{each}"))}].");
                return false;
            }
        }

        return true;
    }
}
