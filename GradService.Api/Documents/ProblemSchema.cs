using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;

namespace GradService.Api.Documents;

/// <summary>The form of every error: RFC 9457 with the service's three extensions.</summary>
internal static class ProblemSchema
{
    public static OpenApiSchemaReference Of(ValueSchemas values) => values.Component(typeof(ProblemDetails), "Problem", schema =>
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = "An error, application/problem+json (RFC 9457): what was expected, what came, what to do.";
        schema.Required = new HashSet<string> { "title", "status" };
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Where the status is defined; absent where that is not known."),
            ["title"] = Text("What kind of trouble it is, in a few words."),
            ["status"] = values.Property(ValueSchemas.Of<int>(), "The HTTP status."),
            ["detail"] = Message("What is wrong here, and what to do."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Where something is wrong with the request, everything that is: from a path such as \"network.layers[2].outFeatures\" (\"$\" for "
                    + "the request as a whole) to what was expected there and what came.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = ValueSchemas.Of<string>() },
            },
            ["code"] = Text("Where stored networks cannot be had, which kind of trouble it is: a word for programs, such as storage-locked."),
            ["traceId"] = Text("Identifies the request in the service's log; absent where the error stands within an answer."),
        };

        IOpenApiSchema Text(string description) => values.Property(ValueSchemas.Of<string>(), description);

        // Clients that Kiota generates make it the message of their exception.
        OpenApiSchema Message(string description) => new()
        {
            Type = JsonSchemaType.String,
            Description = description,
            Extensions = new Dictionary<string, IOpenApiExtension> { ["x-ms-primary-error-message"] = new JsonNodeExtension(JsonValue.Create(true)) },
        };
    });
}
