using System.Buffers;
using System.Buffers.Binary;
using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Domain.Catalog;

/// <summary>
/// A network by its content: SHA-256 of its spec in one canonical form, and of the bytes of its parameters. The same spec has the same
/// hash however it was written down; a parameter given in another precision counts as another. Fields at their defaults are not in it,
/// so that a field that a layer gets one day changes no hash.
/// </summary>
internal static class SpecHash
{
    private static readonly ConcurrentDictionary<Type, (PropertyInfo Field, object? Absent)[]> Fields = new();

    /// <summary>The default of a field that has none: it is always written.</summary>
    private static readonly object Always = new();

    /// <summary>64 hexadecimal digits.</summary>
    public static string Of(NetworkSpec spec)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var form = Begin(hash, spec, spec.Parameters?.Count);
        Append(hash, form, spec.Parameters);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>That of a network with these numbers, each read once.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, between two pieces.</exception>
    public static string Of(NetworkSpec spec, IReadOnlyList<ArrayContent> numbers, CancellationToken cancellation = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var form = Begin(hash, spec, numbers.Count);
        foreach (var (name, dtype, shape, pieces) in numbers.OrderBy(array => array.Name, StringComparer.Ordinal))
        {
            Append(hash, form, name, dtype, shape);
            foreach (var piece in pieces)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(piece.Bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A stored network with other values laid over its own.</summary>
    public static string Of(string id, IReadOnlyDictionary<string, NdArray> overlay)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var form = new ArrayBufferWriter<byte>(512);
        Write(form, id);
        hash.AppendData(form.WrittenSpan);
        Append(hash, form, overlay);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static ArrayBufferWriter<byte> Begin(IncrementalHash hash, NetworkSpec spec, int? arrays)
    {
        var form = new ArrayBufferWriter<byte>(512);
        Write(form, spec.InputShape);
        Write(form, spec.Layers);
        Write(form, spec.Dtype);

        // Without parameters no seed is seed 0; with them, nothing is drawn.
        Write(form, spec.Seed ?? (arrays is null ? 0L : null));
        Write(form, arrays);
        hash.AppendData(form.WrittenSpan);
        return form;
    }

    private static void Append(IncrementalHash hash, ArrayBufferWriter<byte> form, IReadOnlyDictionary<string, NdArray>? parameters)
    {
        // One after another: arrays that come from a file are not all there at once.
        foreach (var name in (parameters?.Keys ?? []).Order(StringComparer.Ordinal))
        {
            var values = parameters![name];
            Append(hash, form, name, values.Dtype, values.Shape);
            hash.AppendData(values.Bytes);
        }
    }

    private static void Append(IncrementalHash hash, ArrayBufferWriter<byte> form, string name, Dtype dtype, Shape shape)
    {
        form.ResetWrittenCount();
        Write(form, name);
        Write(form, dtype);
        Write(form, shape.Dimensions.ToArray());
        hash.AppendData(form.WrittenSpan);
    }

    /// <summary>A value behind a letter that says what it is; whatever has a length has it before it, so that nothing reads in two ways.</summary>
    private static void Write(ArrayBufferWriter<byte> form, object? value)
    {
        switch (value)
        {
            case null:
                Letter(form, '-');
                break;
            case bool flag:
                Letter(form, flag ? 't' : 'f');
                break;
            case string text:
                Letter(form, 's');
                Number(form, Encoding.UTF8.GetByteCount(text));
                form.Write(Encoding.UTF8.GetBytes(text));
                break;
            case double number:
                Letter(form, 'd');
                Number(form, BitConverter.DoubleToInt64Bits(number));
                break;
            case int or long or Enum:
                Letter(form, 'n');
                Number(form, Convert.ToInt64(value, null));
                break;
            case Layer layer:
                Record(form, layer.Canonical);
                break;
            case IEnumerable list:
                Letter(form, '[');
                foreach (var item in list)
                {
                    Write(form, item);
                }

                Letter(form, ']');
                break;
            default:
                Record(form, value);
                break;
        }
    }

    /// <summary>A layer or a part of one: its type's name, and by name its fields that are not at their defaults.</summary>
    private static void Record(ArrayBufferWriter<byte> form, object record)
    {
        Letter(form, '{');
        Write(form, record.GetType().Name);
        foreach (var (field, absent) in Fields.GetOrAdd(record.GetType(), FieldsOf))
        {
            var value = Normal(field.GetValue(record));
            if (!Equals(value, absent))
            {
                Write(form, field.Name);
                Write(form, value);
            }
        }

        Letter(form, '}');
    }

    private static (PropertyInfo Field, object? Absent)[] FieldsOf(Type type)
    {
        var blank = type.GetConstructor(Type.EmptyTypes) is null ? null : Activator.CreateInstance(type);
        return [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(field => field.SetMethod is not null).OrderBy(field => field.Name, StringComparer.Ordinal)
            .Select(field => (field, blank is null || field.IsDefined(typeof(RequiredMemberAttribute)) ? Always : Normal(field.GetValue(blank))))];
    }

    /// <summary>One number for all axes is the same as that number for each.</summary>
    private static object? Normal(object? value) => value switch
    {
        PerAxis axes => Collapsed(axes.Values),
        ConvolutionPadding { Amount: { } amount } => Collapsed(amount.Values),
        ScaleFactors factors => Collapsed(factors.Values),
        _ => value,
    };

    private static string Collapsed<T>(IReadOnlyList<T> values) =>
        string.Join(' ', (values.Distinct().Count() == 1 ? values.Take(1) : values).Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}")));

    private static void Letter(ArrayBufferWriter<byte> form, char letter)
    {
        form.GetSpan(1)[0] = (byte)letter;
        form.Advance(1);
    }

    private static void Number(ArrayBufferWriter<byte> form, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(form.GetSpan(sizeof(long)), number);
        form.Advance(sizeof(long));
    }
}
