using System.ComponentModel;
using System.Reflection;
using System.Text.Json;

namespace GradService.Api.Wire.Values;

/// <summary>An enumeration; a value that is not browsable is for answers alone.</summary>
internal sealed class EnumerationType : NamedType
{
    public EnumerationType(Type type)
        : this(type, Enum.GetNames(type).ToDictionary(JsonNamingPolicy.CamelCase.ConvertName, name => Enum.Parse(type, name)))
    {
    }

    private EnumerationType(Type type, Dictionary<string, object> names)
        : base(type, names, names.Where(name => IsAskable(type.GetField(name.Value.ToString()!)!)).ToDictionary())
    {
    }

    private static bool IsAskable(FieldInfo value) => value.GetCustomAttribute<BrowsableAttribute>() is null or { Browsable: true };
}
