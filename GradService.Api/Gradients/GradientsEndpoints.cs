using GradService.Api.Documents;
using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Bodies;
using GradService.Api.Wire.Writing;
using GradService.Domain.Gradients;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Gradients;

/// <summary>Outputs, gradients with respect to the inputs, and comparisons of them.</summary>
internal static class GradientsEndpoints
{
    public static RouteGroupBuilder MapGradients(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTag("Gradients", "Outputs, gradients with respect to the inputs, and comparisons of them.")
            .AddEndpointFilter<AcceptsAnswer>()
            .WithRequestTimeout();

        group.MapPost("/gradients", DifferentiateAsync)
            .WithName("Gradients")
            .WithSummary("Gradient of a network's outputs with respect to its inputs, under a chosen BatchNorm mode.")
            .WithDescription("The mode says where BatchNorm's statistics come from and whether the gradient flows through them; the kind says which derivative "
                + "is wanted. The findings of the answer say what the numbers mean.")
            .Accepts<GradientRequest>(AnswerMedia.Json, AnswerMedia.Npz)
            .WithExamples(GradientsExamples.All)
            .WithAnswer("The gradient, with the outputs, what the BatchNorm layers did, and what the numbers mean.",
                RecordedAnswers.Of("Gradients", StatusCodes.Status200OK))
            .WithProblems(GradientsProblems.OfGradients);

        group.MapPost("/gradients/compare", CompareAsync)
            .WithName("CompareGradients")
            .WithSummary("Several modes and kinds side by side, on the same parameters and inputs.")
            .WithDescription("Each entry inherits everything but mode and kind. The findings say which answers differ, by how much, and why.")
            .Accepts<ComparisonBody>(AnswerMedia.Json, AnswerMedia.Npz)
            .WithExamples(ComparisonExamples.Compare)
            .WithAnswer("One result per entry, as /v1/gradients gives it, how far they are apart, and why.",
                RecordedAnswers.Of("CompareGradients", StatusCodes.Status200OK))
            .WithProblems(GradientsProblems.OfCompare);

        group.MapPost("/forward", ForwardAsync)
            .WithName("Forward")
            .WithSummary("Outputs and BatchNorm statistics alone.")
            .WithDescription("The request of /v1/gradients without \"gradient\".")
            .Accepts<ForwardRequest>(AnswerMedia.Json, AnswerMedia.Npz)
            .WithExamples(ComparisonExamples.Forward)
            .WithAnswer("The outputs, and what the BatchNorm layers did.", RecordedAnswers.Of("Forward", StatusCodes.Status200OK))
            .WithProblems(GradientsProblems.OfForward);

        return group;
    }

    private static async Task<Answer<GradientResult>> DifferentiateAsync(HttpContext context, [FromServices] RequestAdmission admission,
        [FromServices] GradientService service)
    {
        var (result, form) = await admission.ComputeAsync<GradientRequest, GradientResult>(context, service.QuoteGradient);
        return new Answer<GradientResult>(result, form);
    }

    private static async Task<Answer<ComparisonResult>> CompareAsync(HttpContext context, [FromServices] RequestAdmission admission,
        [FromServices] GradientService service)
    {
        var (result, form) = await admission.ComputeAsync<ComparisonBody, ComparisonResult>(context, body => service.QuoteComparison(body.ToRequest()));
        return new Answer<ComparisonResult>(result, form);
    }

    private static async Task<Answer<ForwardResult>> ForwardAsync(HttpContext context, [FromServices] RequestAdmission admission,
        [FromServices] GradientService service)
    {
        var (result, form) = await admission.ComputeAsync<ForwardRequest, ForwardResult>(context, service.QuoteForward);
        return new Answer<ForwardResult>(result, form);
    }
}
