using GradService.Api.Documents;
using GradService.Api.Networks;
using GradService.Api.Wire.Writing;

namespace GradService.Api.Protocols.UmBridge;

/// <summary>What the operations of UM-Bridge take, for the OpenAPI document.</summary>
/// <param name="Body">The fields.</param>
/// <param name="Example">A request to a network named forum, of one input and one output, that works as it stands.</param>
internal sealed record UmBridgeDocumentation(DocumentedBody Body, RequestExample Example)
{
    public static UmBridgeDocumentation ModelInfo { get; } = Of("""{ "name": "forum" }""", "name");

    public static UmBridgeDocumentation Sizes { get; } = Of("""{ "name": "forum", "config": { "batchSize": 2 } }""", "name", "config");

    public static UmBridgeDocumentation Evaluate { get; } = Of("""{ "name": "forum", "input": [[0.25, 0.75]] }""", "name", "input", "config");

    public static UmBridgeDocumentation Gradient { get; } =
        Of("""{ "name": "forum", "outWrt": 0, "inWrt": 0, "input": [[0.25, 0.75]], "sens": [1, 0], "config": { "mode": "trainDetached" } }""",
            "name", "outWrt", "inWrt", "input", "sens", "config");

    public static UmBridgeDocumentation ApplyJacobian { get; } =
        Of("""{ "name": "forum", "outWrt": 0, "inWrt": 0, "input": [[0.25, 0.5, 0.75]], "vec": [1, 1, 1], "config": { "batchSize": 3 } }""",
            "name", "outWrt", "inWrt", "input", "vec", "config");

    public static UmBridgeDocumentation ApplyHessian { get; } =
        Of("""{ "name": "forum", "outWrt": 0, "inWrt1": 0, "inWrt2": 0, "input": [[0.25, 0.75]], "sens": [1, 0], "vec": [1, 1], "config": """
            + """{ "mode": "trainDetached" } }""",
            "name", "outWrt", "inWrt1", "inWrt2", "input", "sens", "vec", "config");

    private static UmBridgeDocumentation Of(string example, params IReadOnlyList<string> fields) => new(
        new DocumentedBody(() => UmBridgeSchemas.Of(fields)),
        new RequestExample("forum", "A network named forum", $"Of one input and one output. {NetworksExamples.ForumIsStored}", example));
}

internal static class UmBridgeDocumentationExtensions
{
    private static readonly DescribedStatus[] Errors =
    [
        new(StatusCodes.Status400BadRequest,
            "ModelNotFound where no stored network has the name, else InvalidInput: the body is no JSON, or a vector has the wrong length, "
                + "or the answer is not finite."),
        new(StatusCodes.Status413PayloadTooLarge, "InvalidInput: over a limit, which the message names."),
        new(StatusCodes.Status429TooManyRequests, "InvalidOutput: too many requests are waiting.", SaysWhenToRetry: true),
        new(StatusCodes.Status503ServiceUnavailable, "InvalidOutput: no answer within the deadline, or there is not enough memory.", SaysWhenToRetry: true),
    ];

    /// <summary>What the operation takes, and the errors that all of them have.</summary>
    public static RouteHandlerBuilder WithUmBridge(this RouteHandlerBuilder endpoint, UmBridgeDocumentation documentation) =>
        endpoint.WithMetadata([documentation.Body, documentation.Example, .. Errors.SelectMany(error => new object[]
        {
            new ProducesResponseTypeMetadata(error.StatusCode, typeof(UmBridgeError), [AnswerMedia.Json]),
            error,
        })]);
}
