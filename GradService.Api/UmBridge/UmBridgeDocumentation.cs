using System.Text.Json.Nodes;
using GradService.Api.Answers;
using GradService.Api.Networks;
using GradService.Api.OpenApi;
using Microsoft.OpenApi;

namespace GradService.Api.UmBridge;

/// <summary>What the operations of UM-Bridge take, for the OpenAPI document.</summary>
/// <param name="Body">The fields.</param>
/// <param name="Example">A request to a network named forum, of one input and one output, that works as it stands.</param>
internal sealed record UmBridgeDocumentation(DocumentedBody Body, RequestExample Example)
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
                ["batchSize"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Default = 2, Description = "N. The lengths of all vectors follow from it." },
                ["mode"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. ServedModes.All.Select(mode => (JsonNode)mode.Name)], Default = ServedModes.Default.Name, Description = "The mode of all BatchNorm layers." },
            },
        },
        ["input"] = new() { Type = JsonSchemaType.Array, Items = Vector, MinItems = 1, MaxItems = 1, Description = "A list of one vector: the batch [N, D…], flattened row-major." },
        ["outWrt"] = Index("The output that is differentiated."),
        ["inWrt"] = Index("The input with respect to which it is."),
        ["inWrt1"] = Index("The input of the first derivative."),
        ["inWrt2"] = Index("The input of the second derivative."),
        ["sens"] = new() { Type = JsonSchemaType.Array, Items = Vector.Items, Description = "Sensitivities, [N, M…] flattened." },
        ["vec"] = new() { Type = JsonSchemaType.Array, Items = Vector.Items, Description = "A direction in the inputs, [N, D…] flattened." },
    };

    public static UmBridgeDocumentation ModelInfo { get; } = Of("""{ "name": "forum" }""", "name");

    public static UmBridgeDocumentation Sizes { get; } = Of("""{ "name": "forum", "config": { "batchSize": 2 } }""", "name", "config");

    public static UmBridgeDocumentation Evaluate { get; } = Of("""{ "name": "forum", "input": [[0.25, 0.75]] }""", "name", "input", "config");

    public static UmBridgeDocumentation Gradient { get; } = Of("""{ "name": "forum", "outWrt": 0, "inWrt": 0, "input": [[0.25, 0.75]], "sens": [1, 0], "config": { "mode": "trainDetached" } }""",
        "name", "outWrt", "inWrt", "input", "sens", "config");

    public static UmBridgeDocumentation ApplyJacobian { get; } = Of("""{ "name": "forum", "outWrt": 0, "inWrt": 0, "input": [[0.25, 0.5, 0.75]], "vec": [1, 1, 1], "config": { "batchSize": 3 } }""",
        "name", "outWrt", "inWrt", "input", "vec", "config");

    public static UmBridgeDocumentation ApplyHessian { get; } = Of("""{ "name": "forum", "outWrt": 0, "inWrt1": 0, "inWrt2": 0, "input": [[0.25, 0.75]], "sens": [1, 0], "vec": [1, 1], "config": { "mode": "trainDetached" } }""",
        "name", "outWrt", "inWrt1", "inWrt2", "input", "sens", "vec", "config");

    private static UmBridgeDocumentation Of(string example, params IReadOnlyList<string> fields) => new(
        new DocumentedBody(new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = fields.ToDictionary(field => field, field => (IOpenApiSchema)Fields[field]),
            Required = fields.Where(field => field != "config").ToHashSet(),
        }),
        new RequestExample("forum", "A network named forum", "Of one input and one output: PUT /v1/names/forum gives a stored network that name.", example));

    private static OpenApiSchema Index(string description) => new() { Type = JsonSchemaType.Integer, Minimum = "0", Maximum = "0", Description = description + " There is one: 0." };
}

internal static class UmBridgeDocumentationExtensions
{
    private static readonly (int Status, string Words)[] Errors =
    [
        (StatusCodes.Status400BadRequest, "ModelNotFound where no stored network has the name, else InvalidInput: the body is no JSON, or a vector has the wrong length, or the answer is not finite."),
        (StatusCodes.Status413PayloadTooLarge, "InvalidInput: over a limit, which the message names."),
        (StatusCodes.Status429TooManyRequests, "InvalidOutput: too many requests are waiting."),
        (StatusCodes.Status503ServiceUnavailable, "InvalidOutput: no answer within the deadline, or there is not enough memory."),
    ];

    /// <summary>What the operation takes, and the errors that all of them have.</summary>
    public static RouteHandlerBuilder WithUmBridge(this RouteHandlerBuilder endpoint, UmBridgeDocumentation documentation) =>
        endpoint.WithMetadata([documentation.Body, documentation.Example, .. Errors.SelectMany(error => new object[]
        {
            new ProducesResponseTypeMetadata(error.Status, typeof(UmBridgeError), [AnswerMedia.Json]),
            new DescribedStatus(error.Status, error.Words),
        })]);
}
