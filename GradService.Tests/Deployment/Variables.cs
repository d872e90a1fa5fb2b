using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using GradService.Api.Admission;
using GradService.Api.ReverseProxy;
using GradService.Domain;

namespace GradService.Tests.Deployment;

/// <summary>The environment variables that mean something to the service or to what it runs on.</summary>
internal static class Variables
{
    /// <summary>Those that are not the project's own.</summary>
    private static readonly HashSet<string> OfThePlatform =
        ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_FORWARDEDHEADERS_ENABLED", "MALLOC_ARENA_MAX", "DOTNET_EnableDiagnostics", "DOTNET_hostBuilder__reloadConfigOnChange"];

    private const string LimitPrefix = $"{AdmissionServices.Section}__";
    private const string EnginePrefix = $"{AdmissionServices.EngineSection}__";

    /// <summary>What is wrong with a variable: nobody reads it, or its value is out of range; null where all is well.</summary>
    public static string? WhyWrong(string name, string value)
    {
        var property = name.StartsWith(LimitPrefix, StringComparison.Ordinal)
            ? typeof(Limits).GetProperty(name[LimitPrefix.Length..]) ?? typeof(ComputeOptions).GetProperty(name[LimitPrefix.Length..])
            : name.StartsWith(EnginePrefix, StringComparison.Ordinal) ? typeof(EngineOptions).GetProperty(name[EnginePrefix.Length..])
            : typeof(ReverseProxyOptions).GetProperty(name);
        if (property is null)
        {
            return OfThePlatform.Contains(name) ? null : $"nobody reads {name}";
        }

        try
        {
            var converted = Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture);
            return property.GetCustomAttributes<ValidationAttribute>().All(rule => rule.IsValid(converted)) ? null : $"{name} may not be {value}";
        }
        catch (FormatException)
        {
            return $"{name} may not be {value}";
        }
    }
}
