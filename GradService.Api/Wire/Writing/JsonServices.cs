using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;

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
        options.Converters.Add(new BatchNormModeConverter());
        options.Converters.Add(new PerAxisConverter());
        options.Converters.Add(new ConvolutionPaddingConverter());
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

    private sealed class BatchNormModeConverter : JsonConverter<BatchNormMode>
    {
        public override BatchNormMode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Requests are read by RequestReader.");

        public override void Write(Utf8JsonWriter writer, BatchNormMode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
    }
}
