using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace GradService.Api.Wire.Reading;

/// <summary>A field of a record as it travels: its properties are the one description that reading, OpenAPI and capabilities share.</summary>
/// <param name="Name">The name in JSON.</param>
/// <param name="Property">The property behind it.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Nullable">Whether null may be written.</param>
internal sealed record RecordField(string Name, PropertyInfo Property, bool Required, bool Nullable)
{
    public Type Type { get; } = System.Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    public RangeAttribute? Range { get; } = Property.GetCustomAttribute<RangeAttribute>();

    public int MinLength { get; } = Property.GetCustomAttribute<MinLengthAttribute>()?.Length ?? 0;

    public int MaxLength { get; } = Property.GetCustomAttribute<MaxLengthAttribute>()?.Length ?? int.MaxValue;

    /// <summary>The value where the field is absent.</summary>
    public object? Default => Required ? null : Property.GetValue(Activator.CreateInstance(Property.ReflectedType!));

    /// <summary>Whether a number is within the field's range.</summary>
    public bool Allows(IConvertible value) =>
        Range is null || (Convert.ToDouble(Range.Minimum, CultureInfo.InvariantCulture) <= value.ToDouble(null)
            && value.ToDouble(null) <= Convert.ToDouble(Range.Maximum, CultureInfo.InvariantCulture));

    /// <summary>Whether a bound says anything: the end of the type's own range does not.</summary>
    public static bool Binds(object bound) => bound is not (int.MaxValue or int.MinValue or double.MaxValue or double.MinValue or double.PositiveInfinity);

    /// <summary>Whether "Infinity" is a value: the range ends there and not before.</summary>
    public bool AllowsInfinity => Range?.Maximum is double.PositiveInfinity;
}

/// <summary>The fields of a record in declared order.</summary>
internal static class RecordFields
{
    /// <summary>What the compiler writes for "required"; by its name, as a library brings a public type of the same.</summary>
    private const string RequiredMember = "System.Runtime.CompilerServices.RequiredMemberAttribute";

    private static readonly ConcurrentDictionary<Type, IReadOnlyDictionary<string, RecordField>> Known = new();

    public static IReadOnlyDictionary<string, RecordField> Of(Type record) => Known.GetOrAdd(record, static type =>
    {
        var nullability = new NullabilityInfoContext();
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true })
            .OrderBy(property => property.DeclaringType == type ? 1 : 0)
            .Select(property => new RecordField(
                JsonNamingPolicy.CamelCase.ConvertName(property.Name),
                property,
                property.CustomAttributes.Any(attribute => attribute.AttributeType.FullName == RequiredMember),
                nullability.Create(property).WriteState == NullabilityState.Nullable))
            .ToDictionary(field => field.Name);
    });
}
