using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using GradService.Api.Hosting.Connections;
using GradService.Api.Hosting.ReverseProxy;
using GradService.Api.Hosting.Security;
using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Bodies;
using GradService.Api.Storage;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;

namespace GradService.Tests.Deployment;

/// <summary>The environment variables that mean something to the service or to what it runs on.</summary>
internal static class Variables
{
    /// <summary>Those that are not the project's own.</summary>
    private static readonly HashSet<string> OfThePlatform =
    [
        "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_FORWARDEDHEADERS_ENABLED", "AllowedHosts", "Logging__Console__FormatterName",
        "Logging__LogLevel__Default", "Logging__LogLevel__GradService.Api.Findings", "Logging__LogLevel__GradService.Api.Observability",
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_SERVICE_NAME", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG",
        "MALLOC_ARENA_MAX", "DOTNET_EnableDiagnostics", "DOTNET_gcServer", "DOTNET_GCHeapHardLimit", "DOTNET_hostBuilder__reloadConfigOnChange",
    ];

    /// <summary>The project's own, by their sections. A number between section and name picks from a list.</summary>
    private static readonly Dictionary<string, Type[]> Sections = new()
    {
        [AdmissionServices.Section] = [typeof(Limits), typeof(ComputeOptions)],
        [ConnectionOptions.Section] = [typeof(ConnectionOptions), typeof(BodyOptions)],
        [AdmissionServices.EngineSection] = [typeof(EngineOptions)],
        [ApiKeyOptions.Section] = [typeof(ApiKey)],
        [SecurityOptions.Section] = [typeof(SecurityOptions)],
        [StorageOptions.Section] = [typeof(StorageOptions)],
        [""] = [typeof(ReverseProxyOptions)],
    };

    /// <summary>What is wrong with a variable: nobody reads it, or its value is out of range; null where all is well.</summary>
    public static string? WhyWrong(string name, string value)
    {
        var parts = name.Split("__").Where(part => !int.TryParse(part, out _)).ToArray();
        var property = parts.Length > 2 ? null
            : Sections.GetValueOrDefault(parts.Length == 2 ? parts[0] : "")?.Select(options => options.GetProperty(parts[^1]))
                .FirstOrDefault(found => found is not null);
        if (property is null)
        {
            return OfThePlatform.Contains(name) ? null : $"nobody reads {name}";
        }

        try
        {
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var converted = type.IsGenericType ? new List<string> { value } : Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
            return property.GetCustomAttributes<ValidationAttribute>().All(rule => rule.IsValid(converted)) ? null : $"{name} may not be {value}";
        }
        catch (FormatException)
        {
            return $"{name} may not be {value}";
        }
    }
}
