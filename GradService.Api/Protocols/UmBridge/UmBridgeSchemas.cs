using System.Text.Json.Nodes;
using GradService.Api.Networks;
using Microsoft.OpenApi;

namespace GradService.Api.Protocols.UmBridge;

/// <summary>Schemas of UM-Bridge's requests, from the fields that they have.</summary>
internal static class UmBridgeSchemas
{
    private static readonly OpenApiSchema Vector = new() { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Number } };

    private static readonly Dictionary<string, OpenApiSchema> Fields = new()
    {
        ["name"] = new() { Type = JsonSchemaType.String, Description = "The model: a name of a stored network." },
        ["config"] = new()
        {
            Type = JsonSchemaType.Object,
            Description = "How the model is taken; absent: a batch of 2 in mode train.",
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["batchSize"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Default = 2,
                    Description = "N. The lengths of all vectors follow from it.",
                },
                ["mode"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Enum = [.. ServedModes.All.Select(mode => (JsonNode)mode.Name)],
                    Default = ServedModes.Default.Name,
                    Description = "The mode of all BatchNorm layers.",
                },
            },
        },
        ["input"] = new()
        {
            Type = JsonSchemaType.Array,
            Items = Vector,
            MinItems = 1,
            MaxItems = 1,
            Description = "A list of one vector: the batch [N, D…], flattened row-major.",
        },
        ["outWrt"] = Index("The output that is differentiated."),
        ["inWrt"] = Index("The input with respect to which it is."),
        ["inWrt1"] = Index("The input of the first derivative."),
        ["inWrt2"] = Index("The input of the second derivative."),
        ["sens"] = new() { Type = JsonSchemaType.Array, Items = Vector.Items, Description = "Sensitivities, [N, M…] flattened." },
        ["vec"] = new() { Type = JsonSchemaType.Array, Items = Vector.Items, Description = "A direction in the inputs, [N, D…] flattened." },
    };

    /// <summary>An object of these fields, of which the config may be left out.</summary>
    public static OpenApiSchema Of(IReadOnlyList<string> fields) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = fields.ToDictionary(field => field, field => (IOpenApiSchema)Fields[field]),
        Required = fields.Where(field => field != "config").ToHashSet(),
    };

    private static OpenApiSchema Index(string description) =>
        new() { Type = JsonSchemaType.Integer, Minimum = "0", Maximum = "0", Description = description + " There is one: 0." };
}
