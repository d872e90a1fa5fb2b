using GradService.Api.Wire.Values;
using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>An array as an object: "shape", "dtype", and its bytes in "base64", little-endian and row-major, decoded into the array's own buffer.</summary>
internal static class EncodedArrayReader
{
    private static readonly string[] Fields = ["shape", "dtype", "base64"];

    /// <summary>The array that the reader stands on, null where a fault was reported; the reader is left on its last token.</summary>
    public static NdArray? Read(ref Utf8JsonReader reader, ReportFault report)
    {
        var (seen, sound) = (new HashSet<string>(), true);
        Shape? shape = null;
        Dtype? dtype = null;
        var text = default(Utf8JsonReader);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = JsonText.Of(ref reader);
            reader.Read();
            if (!Fields.Contains(name))
            {
                sound = false;
                report(FieldPath.Of(name), "a known field", Fault.Quoted(name), NearestName.Suggest(name, Fields));
            }
            else if (!seen.Add(name))
            {
                sound = false;
                report(FieldPath.Of(name), "each field once", $"'{name}' again");
            }
            else if (name == "shape")
            {
                shape = ReadShape(ref reader, report);
            }
            else if (name == "dtype")
            {
                dtype = ReadDtype(ref reader, report);
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                text = reader;
            }
            else
            {
                report(FieldPath.Of("base64"), "a string", RequestWords.Got(ref reader));
            }

            reader.Skip();
        }

        if (seen.Count == 0 && sound)
        {
            report(FieldPath.Empty, "nested lists of numbers", "an object", null);
            return null;
        }

        foreach (var missing in Fields.Where(field => !seen.Contains(field)))
        {
            sound = false;
            report(FieldPath.Of(missing), missing == "shape" ? "a list of sizes" : missing == "dtype" ? "one of float32, float64" : "a string", "nothing");
        }

        return sound && shape is not null && dtype is not null && text.TokenType == JsonTokenType.String ? Decode(ref text, shape, dtype.Value, report) : null;
    }

    private static Shape? ReadShape(ref Utf8JsonReader reader, ReportFault report)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            report(FieldPath.Of("shape"), "a list of sizes", RequestWords.Got(ref reader));
            return null;
        }

        var (sizes, sound, axis) = (new List<long>(), true, 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var size) && size >= 0 && axis < NestedArrayReader.MaxRank)
            {
                sizes.Add(size);
            }
            else if (sound)
            {
                sound = false;
                var expected = axis < NestedArrayReader.MaxRank ? "an integer of at least 0" : $"at most {NestedArrayReader.MaxRank} sizes";
                report(FieldPath.Of("shape").At(axis), expected, RequestWords.Got(ref reader));
            }

            reader.Skip();
            axis++;
        }

        return sound ? new Shape([.. sizes]) : null;
    }

    private static Dtype? ReadDtype(ref Utf8JsonReader reader, ReportFault report)
    {
        var names = FieldTypes.Named<Dtype>().Names;
        if (reader.TokenType == JsonTokenType.String && names.TryGetValue(JsonText.Of(ref reader), out var dtype))
        {
            return (Dtype)dtype;
        }

        report(FieldPath.Of("dtype"), $"one of {string.Join(", ", names.Keys)}", RequestWords.Got(ref reader));
        return null;
    }

    private static NdArray? Decode(ref Utf8JsonReader text, Shape shape, Dtype dtype, ReportFault report)
    {
        if (!text.ValueIsEscaped)
        {
            return Decode(text.ValueSpan, shape, dtype, report);
        }

        // Some writers escape '/' or '+'.
        var rented = ArrayPool<byte>.Shared.Rent(text.ValueSpan.Length);
        try
        {
            return Decode(rented.AsSpan(0, text.CopyString(rented)), shape, dtype, report);
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("A string is not valid Unicode.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static NdArray? Decode(ReadOnlySpan<byte> text, Shape shape, Dtype dtype, ReportFault report)
    {
        if (!Base64.IsValid(text, out var length))
        {
            report(FieldPath.Of("base64"), "bytes in base64, padded with '=' (RFC 4648, section 4)", "a text that is not");
            return null;
        }

        // As many bytes as are there, before an array of as many is made.
        if ((Int128)shape.Elements * dtype.SizeInBytes() != length)
        {
            var (bytes, type) = ((Int128)shape.Elements * dtype.SizeInBytes(), FieldTypes.Named<Dtype>().Names.Single(name => name.Value.Equals(dtype)).Key);
            report(FieldPath.Of("base64"), $"{(shape.Elements == long.MaxValue ? "far more" : bytes)} bytes, as shape {shape} of {type} has", $"{length}");
            return null;
        }

        if (dtype == Dtype.Float32)
        {
            var singles = GC.AllocateUninitializedArray<float>((int)shape.Elements);
            Base64.DecodeFromUtf8(text, MemoryMarshal.AsBytes(singles.AsSpan()), out _, out _);
            return new NdArray(shape, singles);
        }

        var doubles = GC.AllocateUninitializedArray<double>((int)shape.Elements);
        Base64.DecodeFromUtf8(text, MemoryMarshal.AsBytes(doubles.AsSpan()), out _, out _);
        return new NdArray(shape, doubles);
    }
}
