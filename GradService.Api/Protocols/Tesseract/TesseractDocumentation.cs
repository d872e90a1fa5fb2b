using GradService.Api.Documents;
using GradService.Api.Networks;
using Microsoft.OpenApi;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>What the operations of Tesseract take, for the service's own OpenAPI document; each network's has the shapes.</summary>
/// <param name="Body">The fields.</param>
/// <param name="Example">A request to a network named forum, of one input and one output, that works as it stands.</param>
internal sealed record TesseractDocumentation(DocumentedBody Body, RequestExample Example)
{
    private const string Points = """{ "inputs": { "shape": [2, 1], "dtype": "float32", "data": { "encoding": "json", "buffer": [[0.25], [0.75]] } } }""";

    public static DocumentedProblem NotFound { get; } = new(StatusCodes.Status404NotFound, "No stored network has this name.");

    public static TesseractDocumentation Apply { get; } = Of($$"""{ "inputs": {{Points}} }""", TesseractSchemas.Apply);

    public static TesseractDocumentation Jacobian { get; } =
        Of($$"""{ "inputs": {{Points}}, "jac_inputs": ["inputs"], "jac_outputs": ["outputs"] }""", TesseractSchemas.Jacobian);

    public static TesseractDocumentation JacobianVectorProduct { get; } = Of(
        $$"""{ "inputs": {{Points}}, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": { "inputs": [[1], [0]] } }""",
        TesseractSchemas.JacobianVectorProduct);

    public static TesseractDocumentation VectorJacobianProduct { get; } = Of(
        $$"""{ "inputs": {{Points}}, "vjp_inputs": ["inputs"], "vjp_outputs": ["outputs"], "cotangent_vector": { "outputs": [[1], [0]] } }""",
        TesseractSchemas.VectorJacobianProduct);

    public static TesseractDocumentation AbstractEval { get; } =
        Of("""{ "inputs": { "inputs": { "shape": [2, 1], "dtype": "float32" } } }""", TesseractSchemas.AbstractEval);

    private static TesseractDocumentation Of(string example, Func<OpenApiSchema> schema) => new(
        new DocumentedBody(schema),
        new RequestExample("forum", "A network named forum",
            $"Of one input and one output, named in the path. {NetworksExamples.ForumIsStored}", example));
}

internal static class TesseractDocumentationExtensions
{
    /// <summary>The network is named in the path.</summary>
    public static RouteHandlerBuilder WithForum(this RouteHandlerBuilder endpoint) => endpoint
        .WithParameter("name", $"A name that points to a stored network. {NetworksExamples.ForumIsStored}", example: NetworksExamples.ForumName);

    /// <summary>What the operation takes, and what all of them may refuse.</summary>
    public static RouteHandlerBuilder WithTesseract(this RouteHandlerBuilder endpoint, TesseractDocumentation documentation) => endpoint
        .WithForum()
        .WithMetadata(documentation.Body, documentation.Example,
            new ProducesResponseTypeMetadata(StatusCodes.Status422UnprocessableEntity, typeof(TesseractErrors), ["application/json"]),
            new DescribedStatus(StatusCodes.Status422UnprocessableEntity,
                "The request is not valid, or its numbers do not exist. \"detail\" lists everything that is wrong, as FastAPI does."))
        .WithProblems(
            TesseractDocumentation.NotFound,
            new(StatusCodes.Status413PayloadTooLarge, "The request is over a limit, which the detail names."),
            new(StatusCodes.Status429TooManyRequests, "As many requests as may are waiting for a compute thread.", SaysWhenToRetry: true),
            new(StatusCodes.Status503ServiceUnavailable, "No answer within the deadline, or there is not enough memory.", SaysWhenToRetry: true));
}
