using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GradService.Domain.Arrays;
using Microsoft.OpenApi;

namespace GradService.Api.Documents;

/// <summary>Schemas of what System.Text.Json writes, from its own description of the records. A field that is null is left out.</summary>
internal sealed class AnswerSchemas(ValueSchemas values, JsonSerializerOptions json)
{
    /// <summary>Types of values that no request has.</summary>
    private static readonly Dictionary<Type, Func<OpenApiSchema>> OfAnswersAlone = new()
    {
        [typeof(decimal)] = () => new OpenApiSchema { Type = JsonSchemaType.Number },
        [typeof(DateTime)] = () => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
    };

    private readonly NullabilityInfoContext _nullability = new();

    public IOpenApiSchema Of(Type type)
    {
        if (type == typeof(NdArray))
        {
            return values.Array();
        }

        if (type == typeof(double))
        {
            return values.Computed();
        }

        if (type == typeof(object) || type == typeof(JsonElement))
        {
            return new OpenApiSchema();
        }

        if (type.IsGenericType)
        {
            return values.Collection(type, Of);
        }

        return values.Of(type)
            ?? (IOpenApiSchema?)OfAnswersAlone.GetValueOrDefault(type)?.Invoke()
            ?? values.Component(type, type.Name, schema => FillRecord(schema, type));
    }

    private void FillRecord(OpenApiSchema schema, Type type)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = values.Docs.Of(type);
        schema.Properties = new Dictionary<string, IOpenApiSchema>();
        schema.Required = new HashSet<string>();
        foreach (var property in json.GetTypeInfo(type).Properties.Where(property => property.Get is not null))
        {
            var member = (PropertyInfo)property.AttributeProvider!;
            var nullable = _nullability.Create(member).ReadState == NullabilityState.Nullable;
            var writtenAsNull = nullable && WritesNull(property);
            var form = member.GetCustomAttribute<WrittenFormAttribute>()?.Schema()
                ?? Of(Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType);
            values.AddProperty(schema, property.Name, form, values.Docs.Of(member), nullable: writtenAsNull);
            if (!nullable || writtenAsNull)
            {
                schema.Required.Add(property.Name);
            }
        }
    }

    private static bool WritesNull(JsonPropertyInfo property) => property.ShouldSerialize?.Invoke(property, null) == true;
}
