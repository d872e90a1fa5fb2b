using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using GradService.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Docs;

/// <summary>Everything that the service binds to its configuration, whichever feature it belongs to.</summary>
internal static class ServiceOptions
{
    /// <summary>The options classes of the project that the service registers.</summary>
    public static async Task<IReadOnlyList<Type>> TypesAsync()
    {
        List<Type> found = [];
        await using var application = new GradApplication
        {
            Additions = services => found.AddRange(services.Select(service => service.ServiceType)
                .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConfigureOptions<>))
                .Select(type => type.GetGenericArguments()[0])
                .Where(type => type.Namespace!.StartsWith("GradService.", StringComparison.Ordinal)).Distinct()),
        };
        using var client = application.CreateClient();
        return found;
    }

    /// <summary>What can be set of an options class: its properties, and for a list of records those of a record.</summary>
    public static IEnumerable<PropertyInfo> Settable(Type options) => options.GetProperties().SelectMany(property =>
        ElementOf(property.PropertyType) is { } element && element != typeof(string) ? Settable(element)
        : ElementOf(property.PropertyType) is not null || property.SetMethod is not null ? [property] : []);

    /// <summary>As a page writes the default: "none" for what is absent or empty.</summary>
    public static string Default(PropertyInfo property)
    {
        var value = property.GetValue(Activator.CreateInstance(property.DeclaringType!));
        return value switch
        {
            null or "" or ICollection { Count: 0 } => "none",
            bool flag => flag ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    /// <summary>A value that is allowed and is not the default.</summary>
    public static string Another(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            var least = Convert.ToString(range.Minimum, CultureInfo.InvariantCulture)!;
            return least == Default(property) ? Convert.ToString(range.Maximum, CultureInfo.InvariantCulture)! : least;
        }

        return property.Name switch
        {
            _ when type == typeof(bool) => Default(property) == "true" ? "false" : "true",
            "PathBase" => "/another",
            "CorsOrigins" => "https://another.example",
            "Folder" => "/dev/null/another",
            "Name" => "another",
            "Sha256" => Api.Hosting.Security.Keys.OtherHash,
            _ => throw new NotSupportedException(
                $"{property.DeclaringType!.Name}.{property.Name} is neither ranged nor a flag: say here which other value it may have."),
        };
    }

    /// <summary>What it is set to in a running service, as text; the first entry of a list.</summary>
    public static string Current(IServiceProvider services, Type options, PropertyInfo property)
    {
        var wrapper = typeof(IOptions<>).MakeGenericType(options);
        var value = wrapper.GetProperty(nameof(IOptions<object>.Value))!.GetValue(services.GetRequiredService(wrapper));
        if (property.DeclaringType != options)
        {
            value = options.GetProperties().Where(each => ElementOf(each.PropertyType) == property.DeclaringType)
                .Select(each => ((IEnumerable)each.GetValue(value)!).Cast<object>().FirstOrDefault()).Single();
        }

        return (value is null ? null : property.GetValue(value)) switch
        {
            null => "none",
            string text => text,
            bool flag => flag ? "true" : "false",
            IEnumerable<string> list => list.FirstOrDefault() ?? "none",
            var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
        };
    }

    private static Type? ElementOf(Type type) => type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[0] : null;
}
