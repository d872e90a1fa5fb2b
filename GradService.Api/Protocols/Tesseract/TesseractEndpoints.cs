using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Api.Documents;
using GradService.Api.Networks;
using GradService.Domain.Arrays;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>Every named network as a Tesseract, for its client in Python and the bridge to JAX.</summary>
internal static class TesseractEndpoints
{
    public static RouteGroupBuilder MapTesseract(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/tesseract/{name}").WithTag("Tesseract",
            "Every named network as a Tesseract, for Tesseract.from_url(\"…/tesseract/NAME\") and the bridge to JAX. The network's inputs [N, D…] are the one "
                + "differentiable input, \"inputs\"; its outputs [N, M…] the one output, \"outputs\"; \"mode\" is a static input. Arrays are objects with "
                + "shape, dtype and data; answers have them in base64 where Accept is application/json+base64.");
        group.AddEndpointFilter<TesseractFilter>();
        group.AddEndpointFilter<OpenedStore>();

        group.MapPost("/apply", ApplyAsync)
            .WithName("TesseractApply")
            .WithSummary("A network's outputs.")
            .WithDescription("As /v1/forward gives them.")
            .WithAnswer("The outputs, [N, M…].")
            .WithTesseract(TesseractDocumentation.Apply);

        group.MapPost("/jacobian", JacobianAsync)
            .WithName("TesseractJacobian")
            .WithSummary("The batch Jacobian.")
            .WithDescription("Kind jacobian of /v1/gradients, to the bit: all pairs of samples.")
            .WithAnswer("From the output to the input to the Jacobian, [N, M…, N, D…].")
            .WithTesseract(TesseractDocumentation.Jacobian);

        group.MapPost("/jacobian_vector_product", JacobianVectorProductAsync)
            .WithName("TesseractJacobianVectorProduct")
            .WithSummary("The batch Jacobian times a tangent.")
            .WithDescription("Kind jvp of /v1/gradients, to the bit.")
            .WithAnswer("The product, [N, M…].")
            .WithTesseract(TesseractDocumentation.JacobianVectorProduct);

        group.MapPost("/vector_jacobian_product", VectorJacobianProductAsync)
            .WithName("TesseractVectorJacobianProduct")
            .WithSummary("A cotangent times the batch Jacobian.")
            .WithDescription("Kind vjp of /v1/gradients, to the bit.")
            .WithAnswer("The product, [N, D…].")
            .WithTesseract(TesseractDocumentation.VectorJacobianProduct);

        group.MapPost("/abstract_eval", AbstractEvalAsync)
            .WithName("TesseractAbstractEval")
            .WithSummary("The shape and the type of the outputs.")
            .WithDescription("For inputs of a shape; nothing is computed.")
            .WithAnswer("Shape and type.")
            .WithTesseract(TesseractDocumentation.AbstractEval);

        group.MapGet("/health", Health)
            .WithName("TesseractHealth")
            .WithSummary("Whether the network is there.")
            .WithDescription("Whether it can be computed, /health/ready says.")
            .WithForum()
            .WithAnswer("The network is there.", () => """{ "status": "ok" }""")
            .WithProblems(TesseractDocumentation.NotFound);

        group.MapGet("/openapi.json", Document)
            .WithName("TesseractDocument")
            .WithSummary("The OpenAPI document of this network alone.")
            .WithDescription("Clients read from it which operations there are and what can be differentiated. Its paths are those below the network's own.")
            .WithForum()
            .Produces<object>()
            .WithAnswer("An OpenAPI document.")
            .WithProblems(TesseractDocumentation.NotFound);

        return group;
    }

    private static async Task<TesseractAnswer<TesseractOutputs>> ApplyAsync(string name, HttpContext context, [FromServices] ServedNetworks served)
    {
        var network = served.Find(name);
        var result = await served.EvaluateAsync(
            context, (body, held) => TesseractRequest.Apply(body, network, held.Add), TesseractAnswer.NumbersOf(context.Request));
        return new(new TesseractOutputs(result.Outputs));
    }

    private static async Task<TesseractAnswer<TesseractJacobian>> JacobianAsync(string name, HttpContext context, [FromServices] ServedNetworks served)
    {
        var network = served.Find(name);
        var jacobian = (await served.DifferentiateAsync(
            context, (body, held) => TesseractRequest.Jacobian(body, network, held.Add), TesseractAnswer.NumbersOf(context.Request))).Gradients!;
        var samples = jacobian.Shape[0];
        var shape = new Shape([samples, .. network.Output.Dimensions, samples, .. network.Input.Dimensions]);
        return new(new TesseractJacobian(new TesseractJacobianOfOutputs(jacobian.Reshape(shape))));
    }

    private static async Task<TesseractAnswer<TesseractOutputs>> JacobianVectorProductAsync(string name, HttpContext context,
        [FromServices] ServedNetworks served)
    {
        var network = served.Find(name);
        var product = (await served.DifferentiateAsync(
            context, (body, held) => TesseractRequest.JacobianVectorProduct(body, network, held.Add), TesseractAnswer.NumbersOf(context.Request))).Gradients!;
        return new(new TesseractOutputs(product.Reshape(network.Output.After(product.Shape[0]))));
    }

    private static async Task<TesseractAnswer<TesseractInputs>> VectorJacobianProductAsync(string name, HttpContext context,
        [FromServices] ServedNetworks served)
    {
        var network = served.Find(name);
        return new(new TesseractInputs(
            (await served.DifferentiateAsync(
            context, (body, held) => TesseractRequest.VectorJacobianProduct(body, network, held.Add), TesseractAnswer.NumbersOf(context.Request))).Gradients!));
    }

    private static async Task<TesseractAbstractOutputs> AbstractEvalAsync(string name, HttpContext context, [FromServices] ServedNetworks served)
    {
        var network = served.Find(name);
        var shape = await served.ReadAsync(context, (body, held) => TesseractRequest.AbstractEvaluation(body, network, held.Add));
        return new(new TesseractShape(shape.Dimensions.ToArray(), JsonNamingPolicy.CamelCase.ConvertName(network.Dtype.ToString())));
    }

    private static TesseractHealth Health(string name, [FromServices] ServedNetworks served)
    {
        served.Check(name);
        return new TesseractHealth("ok");
    }

    private static JsonHttpResult<JsonObject> Document(string name, [FromServices] ServedNetworks served) =>
        TypedResults.Json(TesseractDocument.Of(name, served.Find(name)));
}
