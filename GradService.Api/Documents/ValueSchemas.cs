using System.Text.Json.Nodes;
using GradService.Api.Wire.Values;
using GradService.Domain.Arrays;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.Api.Documents;

/// <summary>Schemas of the values that requests and answers have in common, and how a property wears one.</summary>
internal sealed class ValueSchemas(SchemaRepository repository, XmlDocs docs)
{
    /// <summary>Keys of the schemas that have no type of their own.</summary>
    private sealed class Figure;

    private sealed class ArrayEntry;

    private const string ListStart = "\n- `";

    public XmlDocs Docs { get; } = docs;

    /// <summary>A reference to a type's schema, which is made where this is the first.</summary>
    /// <param name="type">The type.</param>
    /// <param name="id">The schema's name.</param>
    /// <param name="fill">Says what it is; it may refer to itself.</param>
    public OpenApiSchemaReference Component(Type type, string id, Action<OpenApiSchema> fill)
    {
        if (!repository.TryLookupByType(type, out var reference))
        {
            var schema = new OpenApiSchema();
            repository.RegisterType(type, id);
            reference = repository.AddDefinition(id, schema);
            fill(schema);
        }

        return reference;
    }

    /// <summary>The schema of a value.</summary>
    public static OpenApiSchema Of<T>() => FieldTypes.Of(typeof(T))!.Schema();

    /// <summary>The schema of a type of values; null for arrays, lists, records and families.</summary>
    public IOpenApiSchema? Of(Type type) => FieldTypes.Of(type) switch
    {
        NamedType named => Named(named),
        var other => other?.Schema(),
    };

    /// <summary>A type that travels as a name, with what each name means.</summary>
    private OpenApiSchemaReference Named(NamedType named) => Component(named.Type, named.Type.Name, schema =>
    {
        (schema.Type, schema.Enum) = (named.Schema().Type, named.Schema().Enum);
        schema.Description = Listed(Docs.Of(named.Type), named.Names.Select(pair =>
            (pair.Key, named.MeaningOf(pair.Value) ?? Docs.Of(named.Type, pair.Value.ToString()!))));
    });

    /// <summary>Nested lists of numbers of any rank but 0, or the same in base64.</summary>
    public OpenApiSchema Array() => new() { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Array, Items = Entry() }, Encoded()] };

    /// <summary>A list, or names with their values. An array with a name may be a single number, as the parameter "2.num_batches_tracked" is.</summary>
    /// <param name="type">The generic type.</param>
    /// <param name="of">The schema of an element's type.</param>
    public OpenApiSchema Collection(Type type, Func<Type, IOpenApiSchema> of)
    {
        var element = type.GetGenericArguments()[^1];
        return type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = of(element) }
            : new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = element == typeof(NdArray) ? ArrayOrNumber() : of(element) };
    }

    /// <summary>An array of any rank: a number, nested lists, or the same in base64.</summary>
    private OpenApiSchema ArrayOrNumber() => new() { OneOf = [Entry(), Encoded()] };

    /// <summary>An array in base64.</summary>
    private OpenApiSchemaReference Encoded() => Component(typeof(NdArray), "EncodedArray", schema =>
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = "An array by its bytes. In answers only where the request asks for it by \"encoding\": \"base64\".";
        schema.AdditionalPropertiesAllowed = false;
        schema.Required = new HashSet<string> { "shape", "dtype", "base64" };
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["shape"] = Property(new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "0" },
            }, "Its sizes, outermost first; any may be 0."),
            ["dtype"] = Property(Named(FieldTypes.Named<Dtype>()), "The precision of its numbers."),
            ["base64"] = Property(new OpenApiSchema { Type = JsonSchemaType.String, Format = "byte" },
                "Its numbers, little-endian and row-major, in base64 with padding."),
        };
    });

    /// <summary>A number, or a list of such: what an array consists of.</summary>
    public OpenApiSchemaReference Entry() => Component(typeof(ArrayEntry), nameof(ArrayEntry), schema =>
    {
        schema.Description = "A number, or a list of as many entries as its siblings have: arrays are nested lists, row-major, "
            + "all lists of one axis equally long. "
            + "Figures that JSON has no number for are the strings \"NaN\", \"Infinity\" and \"-Infinity\".";

        // A list of entries again; types that TypeScript is to make of it must not speak of themselves.
        schema.OneOf = [Number(), Text(), new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema() }];
    });

    /// <summary>A computed number, which may be none.</summary>
    public OpenApiSchemaReference Computed() => Component(typeof(Figure), nameof(Figure), schema =>
    {
        schema.Description = "A number; where JSON has none for it, \"NaN\", \"Infinity\" or \"-Infinity\".";
        schema.OneOf = [Number(), Text()];
    });

    /// <summary>Gives a record a property, with the property's own description, default and nullability.</summary>
    public void AddProperty(OpenApiSchema record, string name, IOpenApiSchema schema, string? description, JsonNode? absent = null, bool nullable = false)
    {
        var property = Property(schema, description, absent, nullable);
        record.Properties!.Add(name, property);
        if (property is OpenApiSchemaReference)
        {
            record.Description += $"{(record.Description!.Contains(ListStart, StringComparison.Ordinal) ? "" : "\n")}{ListStart}{name}`: {description}";
        }
    }

    /// <summary>
    /// A schema as a property has it: with the property's own description, default and nullability. A reference to a union stays alone, as
    /// generators of clients cannot read one that is wrapped: such a property has its target's description.
    /// </summary>
    public IOpenApiSchema Property(IOpenApiSchema schema, string? description, JsonNode? absent = null, bool nullable = false)
    {
        if (schema is OpenApiSchemaReference reference && Target(reference) is { OneOf.Count: > 0 } && !nullable && absent is null)
        {
            return reference;
        }

        if (schema is not OpenApiSchema property)
        {
            // Beside a $ref nothing else is read, so a reference is wrapped. The outer description hides the inner one from readers
            // who see both as one schema: what the names mean is said again.
            reference = (OpenApiSchemaReference)schema;
            property = new OpenApiSchema { AllOf = [schema], Type = nullable ? Target(reference).Type : null };
            description += Meanings(reference);
        }
        else if (property.OneOf is [OpenApiSchemaReference names, ..])
        {
            description += Meanings(names);
        }

        property.Description = description;
        property.Default = absent;
        if (nullable)
        {
            // Only beside a type does OpenAPI 3.0 take it for null: of a union it is the first form that has one.
            var typed = property.OneOf?.OfType<OpenApiSchema>().First(form => form.Type is not null) ?? property;
            typed.Type |= JsonSchemaType.Null;
        }

        return property;
    }

    private IOpenApiSchema Target(OpenApiSchemaReference reference) => repository.Schemas[reference.Reference.Id!];

    /// <summary>What the names of a type mean, where its description lists them.</summary>
    private string Meanings(OpenApiSchemaReference reference) =>
        Target(reference) is { Description: { } description } target && (target.Enum is not null || target.Discriminator is not null)
        && description.IndexOf(ListStart, StringComparison.Ordinal) is >= 0 and var at
            ? description[at..]
            : "";

    /// <summary>A description with a line for each name.</summary>
    public static string Listed(string? description, IEnumerable<(string Name, string? Meaning)> names) =>
        $"{description}\n{string.Concat(names.Select(name => $"{ListStart}{name.Name}`: {name.Meaning}"))}";

    private static OpenApiSchema Number() => new() { Type = JsonSchemaType.Number };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String, Enum = ["NaN", "Infinity", "-Infinity"] };
}
