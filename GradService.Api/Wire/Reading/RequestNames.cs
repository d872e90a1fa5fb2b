using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using GradService.Domain.Statistics;

namespace GradService.Api.Wire.Reading;

/// <summary>Values that travel as names: of enumerations, and of the BatchNorm modes.</summary>
internal static class RequestNames
{
    /// <summary>The values of a type that travels as a name; null for other types.</summary>
    public static IReadOnlyDictionary<string, object>? Of(Type type) =>
        type == typeof(BatchNormMode) ? BatchNormMode.All.ToDictionary(mode => mode.Name, mode => (object)mode)
        : type.IsEnum ? Enum.GetNames(type).ToDictionary(JsonNamingPolicy.CamelCase.ConvertName, name => Enum.Parse(type, name))
        : null;

    /// <summary>Those of its names that a request may use: some values are for answers alone.</summary>
    public static IReadOnlyDictionary<string, object>? Askable(Type type) => Of(type) is { } names && type.IsEnum
        ? names.Where(name => type.GetField(name.Value.ToString()!)!.GetCustomAttribute<BrowsableAttribute>() is null or { Browsable: true }).ToDictionary()
        : Of(type);
}
