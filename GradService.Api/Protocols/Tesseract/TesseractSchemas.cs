using System.Text.Json.Nodes;
using GradService.Api.Documents;
using GradService.Api.Networks;
using Microsoft.OpenApi;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>An array as Tesseract has it: shape, dtype and data.</summary>
internal sealed class TesseractArrayFormAttribute : WrittenFormAttribute
{
    public override OpenApiSchema Schema() => TesseractSchemas.Encoded();
}

/// <summary>Schemas of Tesseract's requests about any network.</summary>
internal static class TesseractSchemas
{
    private static readonly OpenApiSchema Array = new()
    {
        Description = "An array: an object, or nested lists of numbers.",
        OneOf = [Encoded(), new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema() }],
    };

    /// <summary>An array without its numbers.</summary>
    private static readonly OpenApiSchema Abstract = Record("An array's shape and type.", ("shape", Sizes()), ("dtype", Numbers()));

    /// <summary>An array as an object, as answers have it.</summary>
    public static OpenApiSchema Encoded() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "shape", "dtype", "data" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["object_type"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["array"], Description = "May be left out." },
            ["shape"] = Sizes(),
            ["dtype"] = Numbers(),
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
    };

    public static OpenApiSchema Apply() => Request();

    public static OpenApiSchema Jacobian() => Request(SetsOf("jac"));

    public static OpenApiSchema JacobianVectorProduct() =>
        Request([.. SetsOf("jvp"), ("tangent_vector", Record("From \"inputs\" to a direction in them.", ("inputs", Array)))]);

    public static OpenApiSchema VectorJacobianProduct() =>
        Request([.. SetsOf("vjp"), ("cotangent_vector", Record("From \"outputs\" to weights of them.", ("outputs", Array)))]);

    public static OpenApiSchema AbstractEval() => Record("A request.", ("inputs", Inputs(Abstract)));

    private static OpenApiSchema Request(params IReadOnlyList<(string Name, OpenApiSchema Schema)> more) =>
        Record("A request.", [("inputs", Inputs(Array)), .. more]);

    private static OpenApiSchema Inputs(OpenApiSchema array)
    {
        var inputs = Record("The network's inputs, and its mode.", ("inputs", array));
        inputs.Properties!.Add(TesseractRequest.Mode, new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = [.. ServedModes.All.Select(mode => (JsonNode)mode.Name)],
            Default = ServedModes.Default.Name,
            Description = "The mode of all BatchNorm layers.",
        });
        return inputs;
    }

    private static IReadOnlyList<(string Name, OpenApiSchema Schema)> SetsOf(string prefix) =>
        [($"{prefix}_inputs", Set("inputs")), ($"{prefix}_outputs", Set("outputs"))];

    private static OpenApiSchema Sizes() => new()
    {
        Type = JsonSchemaType.Array,
        Items = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" },
        Description = "Its sizes, outermost first.",
    };

    private static OpenApiSchema Numbers() => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. ArrayType.All.Select(type => type.Name)],
        Description = "NumPy's name for the type of its numbers.",
    };

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
