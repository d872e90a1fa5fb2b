using GradService.Api.Documents;
using GradService.Api.Networks;
using GradService.Api.Wire.Writing;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Protocols.UmBridge;

/// <summary>UM-Bridge 1.0: every named network is a model, for clients in Python, R, Julia, MATLAB and C++.</summary>
internal static class UmBridgeEndpoints
{
    private const decimal ProtocolVersion = 1.0m;
    private static readonly UmBridgeSupport All = new(Evaluate: true, Gradient: true, ApplyJacobian: true, ApplyHessian: true);

    public static RouteGroupBuilder MapUmBridge(this IEndpointRouteBuilder routes)
    {
        // At the root, where its clients look, and named as they have it.
        var group = routes.MapGroup("").WithTag("UM-Bridge",
            "UM-Bridge 1.0 for its clients in Python, R, Julia, MATLAB and C++: every named network is a model, whose one input vector is "
                + "the batch [N, D…] and whose one output vector is [N, M…], both row-major. A body is JSON whatever it is declared to be; "
                + "unknown fields are ignored.");
        group.WithMetadata(new UmBridgeErrors(), new DocumentedErrors(typeof(UmBridgeError), AnswerMedia.Json));
        group.AddEndpointFilter<OpenedStore>();

        group.MapGet("/Info", ([FromServices] ServedNetworks served) => new UmBridgeInfo(ProtocolVersion, served.Names))
            .WithName("UmBridgeInfo")
            .WithSummary("The models.")
            .WithDescription("The names of the stored networks.")
            .WithAnswer("The version of the protocol, and the names.", () => """{ "protocolVersion": 1.0, "models": ["forum"] }""");

        group.MapPost("/ModelInfo", ModelInfoAsync)
            .WithName("UmBridgeModelInfo")
            .WithSummary("What can be asked of a model.")
            .WithDescription("Every operation can be asked of every network.")
            .WithAnswer("All operations.", () => """{ "support": { "Evaluate": true, "Gradient": true, "ApplyJacobian": true, "ApplyHessian": true } }""")
            .WithUmBridge(UmBridgeDocumentation.ModelInfo);

        group.MapPost("/InputSizes", InputSizesAsync)
            .WithName("UmBridgeInputSizes")
            .WithSummary("The length of a model's input vector.")
            .WithDescription("N·D, for the batch size of the config.")
            .WithAnswer("One length.", () => """{ "inputSizes": [2] }""")
            .WithUmBridge(UmBridgeDocumentation.Sizes);

        group.MapPost("/OutputSizes", OutputSizesAsync)
            .WithName("UmBridgeOutputSizes")
            .WithSummary("The length of a model's output vector.")
            .WithDescription("N·M, for the batch size of the config.")
            .WithAnswer("One length.", () => """{ "outputSizes": [2] }""")
            .WithUmBridge(UmBridgeDocumentation.Sizes);

        group.MapPost("/Evaluate", EvaluateAsync)
            .WithName("UmBridgeEvaluate")
            .WithSummary("A model's outputs.")
            .WithDescription("As /v1/forward gives them, flattened.")
            .WithAnswer("A list of one vector, [N, M…] flattened.")
            .WithUmBridge(UmBridgeDocumentation.Evaluate);

        group.MapPost("/Gradient", GradientAsync)
            .WithName("UmBridgeGradient")
            .WithSummary("Sensitivities times the Jacobian.")
            .WithDescription("Kind vjp of /v1/gradients, to the bit.")
            .WithAnswer("A vector, [N, D…] flattened.")
            .WithUmBridge(UmBridgeDocumentation.Gradient);

        group.MapPost("/ApplyJacobian", ApplyJacobianAsync)
            .WithName("UmBridgeApplyJacobian")
            .WithSummary("The Jacobian times a vector.")
            .WithDescription("Kind jvp of /v1/gradients, to the bit.")
            .WithAnswer("A vector, [N, M…] flattened.")
            .WithUmBridge(UmBridgeDocumentation.ApplyJacobian);

        group.MapPost("/ApplyHessian", ApplyHessianAsync)
            .WithName("UmBridgeApplyHessian")
            .WithSummary("The Hessian of sensitivities times outputs, times a vector.")
            .WithDescription("Kind hvp of /v1/gradients, to the bit.")
            .WithAnswer("A vector, [N, D…] flattened.")
            .WithUmBridge(UmBridgeDocumentation.ApplyHessian);

        return group;
    }

    private static async Task<UmBridgeModelInfo> ModelInfoAsync(HttpContext context, [FromServices] ServedNetworks served)
    {
        await served.ReadAsync(context, (body, _) => UmBridgeRequest.Read(body, served));
        return new UmBridgeModelInfo(All);
    }

    private static async Task<UmBridgeInputSizes> InputSizesAsync(HttpContext context, [FromServices] ServedNetworks served) =>
        new([(await served.ReadAsync(context, (body, _) => UmBridgeRequest.Read(body, served))).InputSize]);

    private static async Task<UmBridgeOutputSizes> OutputSizesAsync(HttpContext context, [FromServices] ServedNetworks served) =>
        new([(await served.ReadAsync(context, (body, _) => UmBridgeRequest.Read(body, served))).OutputSize]);

    private static async Task<UmBridgeAnswer> EvaluateAsync(HttpContext context, [FromServices] ServedNetworks served) =>
        UmBridgeAnswer.Vectors((await served.EvaluateAsync(
            context, (body, _) => UmBridgeRequest.Read(body, served).Evaluation(), UmBridgeAnswer.Numbers)).Outputs);

    private static async Task<UmBridgeAnswer> GradientAsync(HttpContext context, [FromServices] ServedNetworks served) =>
        UmBridgeAnswer.Vector((await served.DifferentiateAsync(
            context, (body, _) => UmBridgeRequest.Read(body, served).Gradient(), UmBridgeAnswer.Numbers)).Gradients!);

    private static async Task<UmBridgeAnswer> ApplyJacobianAsync(HttpContext context, [FromServices] ServedNetworks served) =>
        UmBridgeAnswer.Vector((await served.DifferentiateAsync(
            context, (body, _) => UmBridgeRequest.Read(body, served).JacobianAction(), UmBridgeAnswer.Numbers)).Gradients!);

    private static async Task<UmBridgeAnswer> ApplyHessianAsync(HttpContext context, [FromServices] ServedNetworks served) =>
        UmBridgeAnswer.Vector((await served.DifferentiateAsync(
            context, (body, _) => UmBridgeRequest.Read(body, served).HessianAction(), UmBridgeAnswer.Numbers)).Gradients!);
}
