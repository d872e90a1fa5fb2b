using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Writing;

/// <summary>
/// Walks through a result and writes it as the serialiser would, but for its arrays: a serialiser writes a value at once, and arrays may
/// be larger than what should be in memory twice.
/// </summary>
internal abstract class AnswerWalk(Utf8JsonWriter writer, JsonSerializerOptions json)
{
    private static readonly ConcurrentDictionary<Type, bool> KnownToHold = new();
    private readonly List<Step> _path = [];

    protected Utf8JsonWriter Writer { get; } = writer;

    /// <summary>What leads to the current value, outermost first.</summary>
    protected IReadOnlyList<Step> Path => _path;

    public ValueTask WriteAsync(object value) => WriteAsync(null, value, value.GetType());

    /// <summary>Writes an array, or passes over it.</summary>
    /// <param name="field">The name to write before it; null in a list.</param>
    /// <param name="array">The array.</param>
    protected abstract ValueTask WriteArrayAsync(string? field, NdArray array);

    private async ValueTask WriteAsync(string? field, object value, Type type)
    {
        if (value is NdArray array)
        {
            await WriteArrayAsync(field, array);
            return;
        }

        if (field is not null)
        {
            Writer.WritePropertyName(field);
        }

        var description = json.GetTypeInfo(type);
        if (!HoldsArrays(description))
        {
            JsonSerializer.Serialize(Writer, value, description);
        }
        else if (description.Kind == JsonTypeInfoKind.Enumerable)
        {
            await WriteListAsync((IEnumerable)value, description.ElementType!);
        }
        else if (description.Kind == JsonTypeInfoKind.Dictionary)
        {
            await WriteDictionaryAsync((IEnumerable<KeyValuePair<string, NdArray>>)value);
        }
        else
        {
            await WriteRecordAsync(value, description);
        }
    }

    private async ValueTask WriteRecordAsync(object record, JsonTypeInfo description)
    {
        Writer.WriteStartObject();
        foreach (var property in description.Properties)
        {
            if (property.Get?.Invoke(record) is { } value)
            {
                _path.Add(new Step(property.Name, IsEntry: false));
                await WriteAsync(property.Name, value, property.PropertyType);
                _path.RemoveAt(_path.Count - 1);
            }
            else if (property.ShouldSerialize?.Invoke(record, null) == true)
            {
                Writer.WriteNull(property.Name);
            }
        }

        Writer.WriteEndObject();
    }

    private async ValueTask WriteListAsync(IEnumerable list, Type element)
    {
        var (index, name) = (0, json.GetTypeInfo(element).Properties.FirstOrDefault(property => property.Name == "name"));
        Writer.WriteStartArray();
        foreach (var entry in list)
        {
            _path.Add(new Step(name?.Get?.Invoke(entry) as string ?? index.ToString(CultureInfo.InvariantCulture), IsEntry: true));
            await WriteAsync(null, entry, element);
            _path.RemoveAt(_path.Count - 1);
            index++;
        }

        Writer.WriteEndArray();
    }

    private async ValueTask WriteDictionaryAsync(IEnumerable<KeyValuePair<string, NdArray>> arrays)
    {
        Writer.WriteStartObject();
        foreach (var (name, array) in arrays)
        {
            _path.Add(new Step(name, IsEntry: true));
            await WriteArrayAsync(name, array);
            _path.RemoveAt(_path.Count - 1);
        }

        Writer.WriteEndObject();
    }

    private bool HoldsArrays(JsonTypeInfo type) => KnownToHold.GetOrAdd(type.Type, _ => type.Kind switch
    {
        JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary => IsOrHolds(type.ElementType!),
        JsonTypeInfoKind.Object => type.Properties.Any(property => IsOrHolds(property.PropertyType)),
        _ => false,
    });

    /// <summary>A field on the way to a value, or an entry of a list or dictionary.</summary>
    /// <param name="Name">Its name; that of an entry without one is its index.</param>
    /// <param name="IsEntry">Whether it is an entry.</param>
    protected readonly record struct Step(string Name, bool IsEntry);

    private bool IsOrHolds(Type type) => type == typeof(NdArray) || HoldsArrays(json.GetTypeInfo(type));
}
