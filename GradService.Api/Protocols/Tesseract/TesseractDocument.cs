using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Api.Networks;
using GradService.Domain.Arrays;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>
/// The OpenAPI document of one network, whose paths are those below its own. Clients read from it which operations there are, which inputs
/// can be differentiated, and what shapes their arrays have.
/// </summary>
internal static class TesseractDocument
{
    private const string Input = TesseractRequest.Input;
    private const string Output = TesseractRequest.Output;

    public static JsonObject Of(string name, NamedNetwork network)
    {
        var (inputs, outputs) = (Array("ArrayOfInputs", network.Input, network.Dtype), Array("ArrayOfOutputs", network.Output, network.Dtype));
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = name,
                ["version"] = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3),
                ["description"] = "A stored network as a Tesseract: outputs, derivatives with respect to the inputs, and the BatchNorm mode as a static input.",
            },
            ["paths"] = new JsonObject
            {
                ["/apply"] = Post("The outputs.", "ApplyInputSchema", "ApplyOutputSchema"),
                ["/jacobian"] = Post("The batch Jacobian, [N, M…, N, D…].", "JacobianInputSchema", "JacobianOutputSchema"),
                ["/jacobian_vector_product"] = Post("The batch Jacobian times a tangent.", "JVPInputSchema", "JVPOutputSchema"),
                ["/vector_jacobian_product"] = Post("A cotangent times the batch Jacobian.", "VJPInputSchema", "VJPOutputSchema"),
                ["/health"] = new JsonObject { ["get"] = new JsonObject
                {
                    ["summary"] = "Whether the service answers.",
                    ["operationId"] = "health",
                    ["responses"] = new JsonObject { ["200"] = Answer(Anything()) },
                } },
                ["/abstract_eval"] = Post("The shape and the type of the outputs for inputs of a shape.", "AbstractInputSchema", "AbstractOutputSchema"),
            },
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject
                {
                    ["Apply_InputSchema"] = Record(new() { [Input] = Reference("ArrayOfInputs"), [TesseractRequest.Mode] = Reference("Mode") }, Input),
                    ["Apply_OutputSchema"] = Record(new() { [Output] = Reference("ArrayOfOutputs") }, Output),
                    ["ApplyInputSchema"] = Differentiable(Record(new() { [Input] = Reference("Apply_InputSchema") }, Input), Input, network.Input,
                        network.Dtype, Input, TesseractRequest.Mode),
                    ["ApplyOutputSchema"] = Differentiable(Reference("Apply_OutputSchema"), Output, network.Output, network.Dtype, Output),
                    ["JacobianInputSchema"] = Derivative("jac", null),
                    ["JacobianOutputSchema"] = Record(new() { [Output] = Record(new() { [Input] = Reference("AnyArray") }, Input) }, Output),
                    ["JVPInputSchema"] = Derivative("jvp", ("tangent_vector", Input, "ArrayOfInputs")),
                    ["JVPOutputSchema"] = Record(new() { [Output] = Reference("ArrayOfOutputs") }, Output),
                    ["VJPInputSchema"] = Derivative("vjp", ("cotangent_vector", Output, "ArrayOfOutputs")),
                    ["VJPOutputSchema"] = Record(new() { [Input] = Reference("ArrayOfInputs") }, Input),
                    ["AbstractInputSchema"] = Record(
                        new() { [Input] = Record(new() { [Input] = Reference("ShapeDType"), [TesseractRequest.Mode] = Reference("Mode") }, Input) }, Input),
                    ["AbstractOutputSchema"] = Record(new() { [Output] = Reference("ShapeDType") }, Output),
                    ["ArrayOfInputs"] = inputs,
                    ["ArrayOfOutputs"] = outputs,
                    ["AnyArray"] = Encoded("AnyArray", Sizes(), network.Dtype),
                    ["ShapeDType"] = Record(new() { ["shape"] = Sizes(), ["dtype"] = Text() }, "shape", "dtype"),
                    ["Mode"] = new JsonObject
                    {
                        ["type"] = "string",
                        ["title"] = "Mode",
                        ["description"] = "The mode of all BatchNorm layers: "
                            + string.Join(" ", ServedModes.All.Select(mode => $"{mode.Name}: {mode.Description}")),
                        ["enum"] = new JsonArray([.. ServedModes.All.Select(mode => (JsonNode)mode.Name)]),
                        ["default"] = ServedModes.Default.Name,
                    },
                    ["Errors"] = Record(new() { ["detail"] = new JsonObject { ["type"] = "array", ["items"] = Anything() } }, "detail"),
                },
            },
        };
    }

    /// <summary>With what clients look for beside a schema: the arrays that can be differentiated, and the order of the fields.</summary>
    private static JsonObject Differentiable(JsonObject schema, string path, Shape sample, Dtype dtype, params IReadOnlyList<string> fields)
    {
        schema["differentiable_arrays"] = new JsonObject { [path] = new JsonObject { ["shape"] = Batch(sample), ["dtype"] = NameOf(dtype) } };
        schema["field_order"] = new JsonObject { [""] = new JsonArray([.. fields.Select(field => (JsonNode)field)]) };
        return schema;
    }

    private static JsonObject Derivative(string prefix, (string Field, string Key, string Array)? vector)
    {
        var properties = new Dictionary<string, JsonObject>
        {
            [Input] = Reference("Apply_InputSchema"),
            [$"{prefix}_inputs"] = SetOf(Input),
            [$"{prefix}_outputs"] = SetOf(Output),
        };
        if (vector is { } factor)
        {
            properties.Add(factor.Field, Record(new() { [factor.Key] = Reference(factor.Array) }, factor.Key));
        }

        return Record(properties, [.. properties.Keys]);
    }

    private static JsonObject Post(string summary, string request, string answer) => new()
    {
        ["post"] = new JsonObject
        {
            ["summary"] = summary,
            ["operationId"] = request,
            ["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Json(Reference(request)) },
            ["responses"] = new JsonObject
            {
                ["200"] = Answer(Reference(answer)),
                ["422"] = Answer(Reference("Errors"), "Something is wrong with the request."),
            },
        },
    };

    private static JsonObject Answer(JsonObject schema, string description = "The answer.") =>
        new() { ["description"] = description, ["content"] = Json(schema) };

    private static JsonObject Json(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Record(Dictionary<string, JsonObject> properties, params IReadOnlyList<string> required) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)property.Value))),
        ["required"] = new JsonArray([.. required.Select(name => (JsonNode)name)]),
    };

    private static JsonObject Array(string title, Shape sample, Dtype dtype) => Encoded(title, new JsonObject
    {
        ["type"] = "array",
        ["minItems"] = sample.Rank + 1,
        ["maxItems"] = sample.Rank + 1,
        ["prefixItems"] = new JsonArray([Size(), .. sample.Dimensions.ToArray().Select(size => (JsonNode)new JsonObject { ["const"] = size })]),
    }, dtype);

    private static JsonObject Encoded(string title, JsonObject shape, Dtype dtype)
    {
        var data = Record(new() { ["buffer"] = Anything(), ["encoding"] = new JsonObject { ["enum"] = new JsonArray("base64", "json") } },
            "buffer", "encoding");
        var array = Record(new()
        {
            ["object_type"] = new JsonObject { ["const"] = "array", ["default"] = "array" },
            ["shape"] = shape,
            ["dtype"] = Text(),
            ["data"] = data,
        }, "shape", "dtype", "data");
        array["title"] = title;
        array["properties"]!["dtype"]!["examples"] = new JsonArray(NameOf(dtype));
        return array;
    }

    private static JsonObject SetOf(string name) => new()
    {
        ["type"] = "array",
        ["uniqueItems"] = true,
        ["minItems"] = 1,
        ["items"] = new JsonObject { ["type"] = "string", ["const"] = name },
    };

    private static JsonArray Batch(Shape sample) => [null, .. sample.Dimensions.ToArray().Select(size => (JsonNode)size)];

    private static JsonObject Sizes() => new() { ["type"] = "array", ["items"] = Size() };

    private static JsonObject Size() => new() { ["type"] = "integer", ["minimum"] = 1 };

    private static JsonObject Text() => new() { ["type"] = "string" };

    private static JsonObject Anything() => [];

    private static JsonObject Reference(string schema) => new() { ["$ref"] = $"#/components/schemas/{schema}" };

    private static string NameOf(Dtype dtype) => JsonNamingPolicy.CamelCase.ConvertName(dtype.ToString());
}
