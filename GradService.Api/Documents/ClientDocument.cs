using System.Text.Json.Nodes;
using GradService.Api.Wire.Writing;
using GradService.Domain.Catalog;
using GradService.Domain.Networks;
using Microsoft.OpenApi;

namespace GradService.Api.Documents;

/// <summary>
/// The document for generators that make a class of each schema, /swagger/clients/v1.json: the same service, said without unions. What it
/// describes is a part of what the service takes, and all that the service answers to that.
/// </summary>
internal sealed class ClientDocument
{
    private const string EncodedArray = nameof(EncodedArray);
    private const string ArrayEncoding = nameof(ArrayEncoding);
    private const string ParametersOperation = "GetParameters";

    private const string Differences = """


        This document is for generators of clients in languages without union types, such as NSwag and Kiota. It describes the operations
        below /v1 and /health with JSON bodies. It differs from /swagger/v1/swagger.json in this:

        - Arrays are always in base64, and every request asks for them so by `"encoding": "base64"`, which is required here.
        - Layers, kinds and modes are classes that extend a base. A mode is an object, as in `{ "type": "eval" }`.
        - A network, described or stored, is one class with the fields of both.
        - What may be one value or a list is a list: `"kernelSize": [3, 3]`, `"scaleFactor": [2]`, `"on": ["interior"]`, `"count": [100]`.
        - Layers of a stored network are JSON of any form, and its parameters are had as a safetensors file.
        """;

    private readonly OpenApiDocument _document;
    private readonly IDictionary<string, IOpenApiSchema> _schemas;

    private ClientDocument(OpenApiDocument document) => (_document, _schemas) = (document, document.Components!.Schemas!);

    /// <summary>Makes it of the service's document, which is no longer that afterwards.</summary>
    public static void MakeOf(OpenApiDocument document)
    {
        var made = new ClientDocument(document);
        document.Info.Description += Differences;
        made.KeepOperations();
        made.AddNetwork();
        foreach (var family in made._schemas.Where(schema => schema.Value is { Discriminator: not null, OneOf.Count: > 0 }).ToList())
        {
            made.Extend(family.Key, (OpenApiSchema)family.Value);
        }

        foreach (var schema in made._schemas.Values.OfType<OpenApiSchema>().ToList())
        {
            made.Rewrite(schema);
        }

        made.AskForBase64();
        made.DropUnused();
    }

    /// <summary>Keeps what is not a protocol of others, in JSON where there is JSON, without examples: they are of the other form.</summary>
    private void KeepOperations()
    {
        foreach (var path in _document.Paths.Keys.Where(path => !path.StartsWith("/v1/", StringComparison.Ordinal)
            && !path.StartsWith("/health/", StringComparison.Ordinal)).ToList())
        {
            _document.Paths.Remove(path);
        }

        foreach (var operation in _document.Paths.Values.SelectMany(path => path.Operations!.Values))
        {
            foreach (var answer in operation.Responses!.Values)
            {
                KeepMedia(answer.Content, operation.OperationId == ParametersOperation ? AnswerMedia.Safetensors : AnswerMedia.Json);
            }

            KeepMedia(operation.RequestBody?.Content, AnswerMedia.Json);
        }

        var tags = _document.Paths.Values.SelectMany(path => path.Operations!.Values)
            .SelectMany(operation => operation.Tags ?? new HashSet<OpenApiTagReference>()).Select(tag => tag.Name).ToHashSet();
        _document.Tags = _document.Tags?.Where(tag => tags.Contains(tag.Name)).ToHashSet();
    }

    private static void KeepMedia(IDictionary<string, IOpenApiMediaType>? content, string kept)
    {
        foreach (var other in content?.ContainsKey(kept) == true ? content.Keys.Where(media => media != kept).ToList() : [])
        {
            content!.Remove(other);
        }

        foreach (var media in content?.Values.OfType<OpenApiMediaType>() ?? [])
        {
            (media.Example, media.Examples) = (null, null);
        }
    }

    /// <summary>A network, described or stored, as one class.</summary>
    private void AddNetwork()
    {
        IOpenApiSchema described = _schemas[nameof(NetworkSpec)], stored = _schemas[nameof(NetworkReference)];
        _schemas["Network"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = $"A network: either one that is described, by inputShape and layers, or a stored one, by id or name. {described.Description}",
            AdditionalPropertiesAllowed = false,
            Properties = described.Properties!.Concat(stored.Properties!.Where(property => !described.Properties!.ContainsKey(property.Key))).ToDictionary(),
        };

        // Generated classes send what is a default, and a stored network takes no such field.
        foreach (var property in _schemas["Network"].Properties!.Values.OfType<OpenApiSchema>())
        {
            property.Default = null;
        }

        ((OpenApiSchema)_schemas["NetworkReport"]).Properties!["network"] = new OpenApiSchema
        {
            Description = _schemas["NetworkReport"].Properties!["network"].Description,
        };
    }

    /// <summary>Makes a family of a union: a base that has what tells its members apart, and members that extend it.</summary>
    private void Extend(string name, OpenApiSchema family)
    {
        var told = family.Discriminator!.PropertyName!;
        foreach (var (key, member) in family.Discriminator.Mapping!)
        {
            var id = member.Reference.Id!;
            var own = (OpenApiSchema)_schemas[id];
            own.Properties!.Remove(told);
            own.Required!.Remove(told);
            own.AdditionalPropertiesAllowed = true;
            _schemas[id] = new OpenApiSchema { Description = own.Description, AllOf = [Reference(name), own, Told(told, key)] };
            own.Description = null;
        }

        family.OneOf = null;
        family.Type = JsonSchemaType.Object;
        family.Required = new HashSet<string> { told };
        family.Properties = new Dictionary<string, IOpenApiSchema>
        {
            [told] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Tells which it is." },
        };
    }

    /// <summary>
    /// What tells a member from the others. Kiota sends the default of a property; NSwag sends the name by itself, and twice unless the
    /// property is the discriminator of the very part that has it.
    /// </summary>
    private static OpenApiSchema Told(string property, string name) => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { property },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            [property] = new OpenApiSchema { Type = JsonSchemaType.String, Default = JsonValue.Create(name), Description = $"Always \"{name}\"." },
        },
        Discriminator = new OpenApiDiscriminator { PropertyName = property },
    };

    /// <summary>Says all that a schema contains without unions.</summary>
    private void Rewrite(OpenApiSchema schema)
    {
        foreach (var property in schema.Properties?.ToList() ?? [])
        {
            schema.Properties![property.Key] = Rewritten(property.Value);
        }

        schema.Items = schema.Items is { } items ? Rewritten(items) : null;
        schema.AdditionalProperties = schema.AdditionalProperties is { } values ? Rewritten(values) : null;
        foreach (var part in schema.AllOf?.OfType<OpenApiSchema>() ?? [])
        {
            Rewrite(part);
        }
    }

    private IOpenApiSchema Rewritten(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema own)
        {
            return schema;
        }

        var choices = own.OneOf ?? own.AnyOf ?? [];
        if (choices.OfType<OpenApiSchemaReference>().FirstOrDefault(Stays) is { } choice)
        {
            return Described(choice.Reference.Id == nameof(NetworkReference) ? Reference("Network") : choice, own);
        }

        if (choices.FirstOrDefault(each => each.Type == JsonSchemaType.Array) is OpenApiSchema list)
        {
            list.Description = own.Description;
            list.Type |= own.Type.GetValueOrDefault() & JsonSchemaType.Null;
            return list;
        }

        // A union is a number where it is referred to alone, and a class of no fields where the reference is wrapped.
        if (own.AllOf is [OpenApiSchemaReference wrapped] && _schemas[wrapped.Reference.Id!].OneOf is { Count: > 0 })
        {
            return wrapped;
        }

        own.Default = own.Default is JsonObject ? null : own.Default;

        // With a type beside it, a reference is taken for a class that extends its target; so it is not said to be nullable, but left out.
        own.Type = own.AllOf is [OpenApiSchemaReference] ? null : own.Type;
        Rewrite(own);
        return own;
    }

    /// <summary>Whether a choice is the one that is left of several: an array by its bytes, a mode with its fields, a network.</summary>
    private bool Stays(OpenApiSchemaReference choice) => choice.Reference.Id is EncodedArray or nameof(NetworkReference)
        || _schemas[choice.Reference.Id!].Discriminator is not null;

    private static IOpenApiSchema Described(OpenApiSchemaReference reference, OpenApiSchema property) => property.Description is null
        ? reference
        : new OpenApiSchema { AllOf = [reference], Description = property.Description };

    /// <summary>Requires that every request asks for arrays in base64, as answers are described so.</summary>
    private void AskForBase64()
    {
        var encoding = (OpenApiSchema)_schemas[ArrayEncoding];
        (encoding.Enum, encoding.Description) = (["base64"], "How the arrays of an answer are written: always in base64.");
        foreach (var request in _schemas.Values.OfType<OpenApiSchema>().Where(schema => schema.Properties?.ContainsKey("encoding") == true))
        {
            (request.Required ??= new HashSet<string>()).Add("encoding");
            request.Properties!["encoding"] = new OpenApiSchema
            {
                AllOf = [Reference(ArrayEncoding)],
                Description = encoding.Description,
                Default = JsonValue.Create("base64"),
            };
        }
    }

    private void DropUnused()
    {
        var used = new HashSet<string>();
        foreach (var operation in _document.Paths.Values.SelectMany(path => path.Operations!.Values))
        {
            var contents = operation.Responses!.Values.Select(answer => answer.Content).Append(operation.RequestBody?.Content);
            foreach (var media in contents.SelectMany(content => content?.Values ?? []))
            {
                Use(media.Schema, used);
            }
        }

        foreach (var unused in _schemas.Keys.Where(name => !used.Contains(name)).ToList())
        {
            _schemas.Remove(unused);
        }
    }

    private void Use(IOpenApiSchema? schema, HashSet<string> used)
    {
        if (schema is OpenApiSchemaReference reference)
        {
            if (used.Add(reference.Reference.Id!))
            {
                Use(_schemas[reference.Reference.Id!], used);
            }

            return;
        }

        IEnumerable<IOpenApiSchema?> parts =
        [
            schema?.Items, schema?.AdditionalProperties, .. schema?.Properties?.Values ?? [], .. schema?.AllOf ?? [], .. schema?.AnyOf ?? [],
            .. schema?.OneOf ?? [], .. schema?.Discriminator?.Mapping?.Values ?? [],
        ];
        foreach (var part in parts.OfType<IOpenApiSchema>())
        {
            Use(part, used);
        }
    }

    private OpenApiSchemaReference Reference(string id) => new(id, _document);
}
