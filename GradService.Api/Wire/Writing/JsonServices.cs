using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Values;
using GradService.Domain.Runs;

namespace GradService.Api.Wire.Writing;

/// <summary>How requests are read and answers written.</summary>
internal static class JsonServices
{
    public static IServiceCollection AddJson(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(options => Configure(options.SerializerOptions));

    /// <summary>As answers are written.</summary>
    public static JsonSerializerOptions Options { get; } = Configured();

    private static JsonSerializerOptions Configured()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        return options;
    }

    private static void Configure(JsonSerializerOptions options)
    {
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        options.Converters.Add(new NdArrayConverter());
        foreach (var converter in FieldTypes.All.Select(type => type.Converter).OfType<JsonConverter>())
        {
            options.Converters.Add(converter);
        }

        options.Converters.Add(new LayerConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WriteMissingRunningStatistics } };
    }

    /// <summary>A layer without running statistics says so: the fields are there, and null.</summary>
    private static void WriteMissingRunningStatistics(JsonTypeInfo type)
    {
        if (type.Type == typeof(BatchNormLayerReport))
        {
            foreach (var property in type.Properties)
            {
                property.ShouldSerialize = static (_, _) => true;
            }
        }
    }
}
