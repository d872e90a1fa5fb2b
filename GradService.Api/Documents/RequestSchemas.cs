using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Values;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Networks;
using Microsoft.OpenApi;

namespace GradService.Api.Documents;

/// <summary>
/// Schemas of what <see cref="RequestReader"/> reads, from the same fields and families: what is documented is what is accepted, and a
/// new layer or kind is here as soon as it is in its table.
/// </summary>
internal sealed class RequestSchemas(ValueSchemas values, JsonSerializerOptions json)
{
    /// <summary>A request: its own fields, and those that any request may have.</summary>
    public IOpenApiSchema Of(Type request) => values.Component(request, request.Name, schema =>
    {
        FillRecord(schema, request);
        foreach (var field in RecordFields.Of(typeof(AnswerForm)).Values)
        {
            Add(schema, field);
        }
    });

    private IOpenApiSchema Of(Type type, RecordField? field)
    {
        var family = field?.Property.GetCustomAttribute<OfFamilyAttribute>() is { } about ? Family.Of(about.BaseRecord) : null;
        if (field?.Property.GetCustomAttribute<OneOfRequestsAttribute>() is { } any)
        {
            return new OpenApiSchema { AnyOf = [.. any.Requests.Select(Of)] };
        }

        if (type == typeof(JsonFragment))
        {
            return FieldsOfAny(family!);
        }

        if (type == typeof(string) && family is not null)
        {
            return new OpenApiSchema { Type = JsonSchemaType.String, Enum = Names(family.Members.Keys) };
        }

        if (type == typeof(NdArray))
        {
            return values.Array();
        }

        if (type.IsGenericType)
        {
            return values.Collection(type, element => Of(element, null));
        }

        if (type == typeof(NetworkSource))
        {
            return new OpenApiSchema { OneOf = [Of(typeof(NetworkSpec), null), Of(typeof(NetworkReference), null)] };
        }

        return (values.Of(type), Family.Of(type)) switch
        {
            ({ } named, { } members) => new OpenApiSchema { OneOf = [named, Choice(FieldTypes.Of(type)!.GetType(), $"{type.Name}WithFields", type, members)] },
            ({ } value, null) => value,
            (null, { } members) => Choice(type, type.Name, type, members),
            _ => values.Component(type, type.Name, schema => FillRecord(schema, type)),
        };
    }

    /// <summary>One of a family's members, as the discriminator says.</summary>
    /// <param name="key">What the schema is known by.</param>
    /// <param name="id">Its name.</param>
    /// <param name="type">The family's base record.</param>
    /// <param name="family">The family.</param>
    private OpenApiSchemaReference Choice(Type key, string id, Type type, Family family) => values.Component(key, id, schema =>
    {
        schema.Description = ValueSchemas.Listed(values.Docs.Of(type), family.Members.Select(member => (member.Key, values.Docs.Of(member.Value))));

        // Members may contain their family again, as residual does: the reference to it must exist before they are made.
        var members = family.Members.ToDictionary(member => member.Key, member => Member(type, family, member.Key, member.Value));
        schema.OneOf = [.. members.Values];
        schema.Discriminator = new OpenApiDiscriminator { PropertyName = family.Discriminator, Mapping = members };
    });

    private OpenApiSchemaReference Member(Type baseType, Family family, string name, Type type) => values.Component(type, type.Name + baseType.Name, schema =>
    {
        FillRecord(schema, type);
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            [family.Discriminator] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [name],
                Description = $"Tells {family.Noun} from the others: always \"{name}\".",
            },
        }.Concat(schema.Properties!).ToDictionary();
        schema.Required!.Add(family.Discriminator);
    });

    private void FillRecord(OpenApiSchema schema, Type type)
    {
        var fields = RecordFields.Of(type);
        schema.Type = JsonSchemaType.Object;
        schema.Description = values.Docs.Of(type);
        schema.AdditionalPropertiesAllowed = false;
        schema.Required = fields.Values.Where(field => field.Required).Select(field => field.Name).ToHashSet();
        schema.Properties = new Dictionary<string, IOpenApiSchema>();
        foreach (var field in fields.Values)
        {
            Add(schema, field);
        }
    }

    private void Add(OpenApiSchema record, RecordField field)
    {
        var schema = Of(field.Type, field);
        if (schema is OpenApiSchema own)
        {
            Bound(own, field);
        }

        var absent = field.Default is { } value ? JsonSerializer.SerializeToNode(value, field.Type, json) : null;
        values.AddProperty(record, field.Name, schema, values.Docs.Of(field.Property), absent, field.Nullable);
    }

    /// <summary>Says what range a field's value has, and how long it may be.</summary>
    private static void Bound(OpenApiSchema schema, RecordField field)
    {
        if (field.Range is { } range)
        {
            schema.Minimum = RecordField.Binds(range.Minimum) ? Convert.ToString(range.Minimum, CultureInfo.InvariantCulture) : null;
            schema.Maximum = RecordField.Binds(range.Maximum) ? Convert.ToString(range.Maximum, CultureInfo.InvariantCulture) : null;
        }

        int? least = field.MinLength > 0 ? field.MinLength : null, most = field.MaxLength < int.MaxValue ? field.MaxLength : null;
        (schema.MinLength, schema.MaxLength, schema.MinItems, schema.MaxItems) =
            field.Type.IsGenericType ? ((int?)null, (int?)null, least, most) : (least, most, null, null);
    }

    /// <summary>The fields of all members, none of which must be there.</summary>
    private OpenApiSchemaReference FieldsOfAny(Family family) => values.Component(typeof(JsonFragment), "InheritedFields", schema =>
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = $"Fields of any {family.Discriminator}. Each {family.Discriminator} takes those that it knows.";
        schema.AdditionalPropertiesAllowed = false;
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            [family.Discriminator] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = Names(family.Members.Keys),
                Description = "May stand here, and is passed over: each entry has its own.",
            },
        };
        foreach (var field in family.Members.Values.SelectMany(member => RecordFields.Of(member).Values).DistinctBy(field => field.Name))
        {
            Add(schema, field);
        }
    });

    private static List<JsonNode> Names(IEnumerable<string> names) => [.. names.Select(name => (JsonNode)name)];
}
