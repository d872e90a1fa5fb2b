using System.Text.Json.Nodes;
using GradService.Api.Networks;
using GradService.Api.OpenApi;
using Microsoft.OpenApi;

namespace GradService.Api.Tesseract;

/// <summary>What the operations of Tesseract take, for the service's own OpenAPI document; each network's has the shapes.</summary>
/// <param name="Body">The fields.</param>
/// <param name="Example">A request to a network named forum, of one input and one output, that works as it stands.</param>
internal sealed record TesseractDocumentation(DocumentedBody Body, RequestExample Example)
{
    private const string Points = """{ "inputs": { "shape": [2, 1], "dtype": "float32", "data": { "encoding": "json", "buffer": [[0.25], [0.75]] } } }""";

    private static readonly OpenApiSchema Array = new()
    {
        Description = "An array: an object, or nested lists of numbers.",
        OneOf =
        [
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = new HashSet<string> { "shape", "dtype", "data" },
                Properties = new Dictionary<string, IOpenApiSchema>
                {
                    ["object_type"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["array"], Description = "May be left out." },
                    ["shape"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" }, Description = "Its sizes, outermost first." },
                    ["dtype"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. ArrayType.All.Select(type => type.Name)], Description = "NumPy's name for the type of its numbers." },
                    ["data"] = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Description = "Its numbers.",
                        Required = new HashSet<string> { "buffer", "encoding" },
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["buffer"] = new OpenApiSchema { Description = "A list of numbers, nested or not, or bytes in base64, little-endian and row-major." },
                            ["encoding"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["base64", "json"], Description = "What the buffer is." },
                        },
                    },
                },
            },
            new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema() },
        ],
    };

    public static DocumentedProblem NotFound { get; } = new(StatusCodes.Status404NotFound, "No stored network has this name.");

    public static TesseractDocumentation Apply { get; } = Of($$"""{ "inputs": {{Points}} }""", []);

    public static TesseractDocumentation Jacobian { get; } = Of($$"""{ "inputs": {{Points}}, "jac_inputs": ["inputs"], "jac_outputs": ["outputs"] }""", SetsOf("jac"));

    public static TesseractDocumentation JacobianVectorProduct { get; } = Of(
        $$"""{ "inputs": {{Points}}, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": { "inputs": [[1], [0]] } }""",
        [.. SetsOf("jvp"), ("tangent_vector", Record("From \"inputs\" to a direction in them.", ("inputs", Array)))]);

    public static TesseractDocumentation VectorJacobianProduct { get; } = Of(
        $$"""{ "inputs": {{Points}}, "vjp_inputs": ["inputs"], "vjp_outputs": ["outputs"], "cotangent_vector": { "outputs": [[1], [0]] } }""",
        [.. SetsOf("vjp"), ("cotangent_vector", Record("From \"outputs\" to weights of them.", ("outputs", Array)))]);

    public static TesseractDocumentation AbstractEval { get; } = Of("""{ "inputs": { "inputs": { "shape": [2, 1], "dtype": "float32" } } }""", []);

    private static TesseractDocumentation Of(string example, IReadOnlyList<(string Name, OpenApiSchema Schema)> more) => new(
        new DocumentedBody(Record("A request.", [("inputs", Inputs()), .. more])),
        new RequestExample("forum", "A network named forum", "Of one input and one output, named in the path: PUT /v1/names/forum gives a stored network that name.", example));

    private static OpenApiSchema Inputs()
    {
        var inputs = Record("The network's inputs, and its mode.", ("inputs", Array));
        inputs.Properties!.Add(TesseractRequest.Mode, new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. ServedModes.All.Select(mode => (JsonNode)mode.Name)], Default = ServedModes.Default.Name, Description = "The mode of all BatchNorm layers." });
        return inputs;
    }

    private static IReadOnlyList<(string Name, OpenApiSchema Schema)> SetsOf(string prefix) => [($"{prefix}_inputs", Set("inputs")), ($"{prefix}_outputs", Set("outputs"))];

    private static OpenApiSchema Set(string name) => new()
    {
        Type = JsonSchemaType.Array,
        MinItems = 1,
        Items = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [name] },
        Description = $"What there is: [\"{name}\"].",
    };

    private static OpenApiSchema Record(string description, params IReadOnlyList<(string Name, OpenApiSchema Schema)> fields) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Properties = fields.ToDictionary(field => field.Name, field => (IOpenApiSchema)field.Schema),
        Required = fields.Select(field => field.Name).ToHashSet(),
    };
}

internal static class TesseractDocumentationExtensions
{
    public const string NameInWords = "A name that points to a stored network.";

    /// <summary>What the operation takes, and what all of them may refuse.</summary>
    public static RouteHandlerBuilder WithTesseract(this RouteHandlerBuilder endpoint, TesseractDocumentation documentation) => endpoint
        .WithParameter("name", NameInWords)
        .WithMetadata(documentation.Body, documentation.Example,
            new ProducesResponseTypeMetadata(StatusCodes.Status422UnprocessableEntity, typeof(TesseractErrors), ["application/json"]),
            new DescribedStatus(StatusCodes.Status422UnprocessableEntity, "The request is not valid, or its numbers do not exist. \"detail\" lists everything that is wrong, as FastAPI does."))
        .WithProblems(
            TesseractDocumentation.NotFound,
            new(StatusCodes.Status413PayloadTooLarge, "The request is over a limit, which the detail names."),
            new(StatusCodes.Status429TooManyRequests, "As many requests as may are waiting for a compute thread.", SaysWhenToRetry: true),
            new(StatusCodes.Status503ServiceUnavailable, "No answer within the deadline, or there is not enough memory.", SaysWhenToRetry: true));
}
