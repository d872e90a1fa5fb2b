using System.Text.Json;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>
/// A type of values that fields have: what it is called, how a value is read and written, what is said where something else came, and its
/// schema. Arrays, lists and records are no such types, as they are read with what is around them.
/// </summary>
/// <param name="type">The type in the records.</param>
/// <param name="name">What a field of it is said to be: "integer".</param>
internal abstract class FieldType(Type type, string name)
{
    public Type Type { get; } = type;

    public string Name { get; } = name;

    /// <summary>How the serialiser writes it, where it would not know.</summary>
    public virtual JsonConverter? Converter => null;

    /// <summary>What would have been right, in words.</summary>
    /// <param name="field">The field that it is for, with its range; null for the entry of a list.</param>
    public abstract string Expected(RecordField? field);

    /// <summary>What the reader stands on, which is not null, and is left on its last token; null where a fault was reported.</summary>
    /// <inheritdoc cref="Expected"/>
    public abstract object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report);

    /// <summary>The schema of a value, made anew for who changes it.</summary>
    public abstract OpenApiSchema Schema();

    /// <summary>Reports what the reader stands on, and passes over it.</summary>
    protected object? Refuse(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        report(FieldPath.Empty, Expected(field), RequestWords.Got(ref reader));
        reader.Skip();
        return null;
    }
}
