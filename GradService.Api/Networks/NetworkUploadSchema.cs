using System.Text.Json.Nodes;
using GradService.Api.Documents;
using Microsoft.OpenApi;

namespace GradService.Api.Networks;

/// <summary>A network as a form of parts, for the OpenAPI document.</summary>
internal static class NetworkUploadSchema
{
    public static DocumentedForm Documented { get; } = new(NetworkUpload.Media, () => new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "network" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["network"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "The network's spec, in JSON.",
                Examples = [JsonNode.Parse(NetworksExamples.ForumNetwork)!.ToJsonString()],
            },
            ["parameters"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Format = "binary",
                Description = "A safetensors file with its parameters and buffers, of types F32, F64, F16, BF16 or I64; no file: the spec has them.",
            },

            // Where there is no example, Swagger UI sends "string".
            ["name"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "A name that shall point to it; empty: none.", Examples = [""] },
            ["names"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "The network's name for tensors of the file that have another there, as a JSON object: "
                    + "{\"layer1.0.conv1.weight\": \"4.layers.0.weight\"}. Names that it leaves out stay as they are; empty: all do.",
                Examples = ["{}"],
            },
        },
    });
}
