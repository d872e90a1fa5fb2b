using System.Buffers;
using System.Buffers.Binary;
using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using GradService.Domain.Networks;

namespace GradService.Domain.Catalog;

/// <summary>
/// A network by its content: SHA-256 of its spec in one canonical form, and of the bytes of its parameters. The same spec has the same
/// hash however it was written down; a parameter given in another precision counts as another.
/// </summary>
internal static class SpecHash
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Fields = new();

    /// <summary>64 hexadecimal digits.</summary>
    public static string Of(NetworkSpec spec)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var form = new ArrayBufferWriter<byte>(512);
        Write(form, spec.InputShape);
        Write(form, spec.Layers);
        Write(form, spec.Dtype);

        // Without parameters no seed is seed 0; with them, nothing is drawn.
        Write(form, spec.Seed ?? (spec.Parameters is null ? 0L : null));
        Write(form, spec.Parameters?.Count);
        hash.AppendData(form.WrittenSpan);
        foreach (var (name, values) in (spec.Parameters ?? new Dictionary<string, NdArray>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            form.ResetWrittenCount();
            Write(form, name);
            Write(form, values.Dtype);
            Write(form, values.Shape.Dimensions.ToArray());
            hash.AppendData(form.WrittenSpan);
            hash.AppendData(values.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
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

    /// <summary>A layer or a part of one: its type's name and its fields, by name.</summary>
    private static void Record(ArrayBufferWriter<byte> form, object record)
    {
        Letter(form, '{');
        Write(form, record.GetType().Name);
        var fields = Fields.GetOrAdd(record.GetType(), static type =>
            [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(field => field.SetMethod is not null).OrderBy(field => field.Name, StringComparer.Ordinal)]);
        foreach (var field in fields)
        {
            Write(form, field.GetValue(record));
        }

        Letter(form, '}');
    }

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
