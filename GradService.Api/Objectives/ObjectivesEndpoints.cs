using GradService.Api.Documents;
using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Bodies;
using GradService.Api.Wire.Writing;
using GradService.Domain.Objectives;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Objectives;

/// <summary>Losses with input derivatives inside, and their parameter gradients.</summary>
internal static class ObjectivesEndpoints
{
    public static RouteGroupBuilder MapObjectives(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTag("Objectives",
            "Losses with input derivatives inside, and their parameter gradients: what a PINN or a gradient penalty trains.").AddEndpointFilter<AcceptsAnswer>()
            .WithRequestTimeout();

        group.MapPost("/objectives", EvaluateAsync)
            .WithName("Objectives")
            .WithSummary("A training loss with input derivatives inside, and its gradient with respect to the parameters, under a chosen meaning of BatchNorm.")
            .WithDescription("Terms are formulas over point sets, such as u_xx + pi^2*sin(pi*x), or gradient penalties. Mode, derivative and throughStatistics "
                + "say what BatchNorm means in them; "
                + "the findings say where that is not what one would expect. A training loop feeds parameters and running statistics back with each call.")
            .Accepts<ObjectiveRequest>(AnswerMedia.Json, AnswerMedia.Npz)
            .WithExamples(ObjectivesExamples.All)
            .WithAnswer("The loss, its terms and its parameter gradients, what the BatchNorm layers did, and what the numbers mean.",
                RecordedAnswers.Of("Objectives", StatusCodes.Status200OK))
            .WithProblems(ObjectivesProblems.OfEvaluate);

        group.MapPost("/objectives/compare", CompareAsync)
            .WithName("CompareObjectives")
            .WithSummary("The same loss under several meanings of BatchNorm, side by side.")
            .WithDescription("Without \"compare\", the six variants a to f. Each result has the cosine of its parameter gradient with that of variant c, "
                + "which is what a PINN needs; a variant that cannot be computed has an error beside the others' results.")
            .Accepts<ObjectiveComparisonRequest>(AnswerMedia.Json, AnswerMedia.Npz)
            .WithExamples(ObjectivesExamples.Compare)
            .WithAnswer("One result per variant, as /v1/objectives gives it or an error, how far its parameter gradient is from variant c's, and why.",
                RecordedAnswers.Of("CompareObjectives", StatusCodes.Status200OK))
            .WithProblems(ObjectivesProblems.OfCompare);

        return group;
    }

    private static async Task<Answer<ObjectiveResult>> EvaluateAsync(HttpContext context, [FromServices] RequestAdmission admission,
        [FromServices] ObjectiveService service)
    {
        var (result, form) = await admission.ComputeAsync<ObjectiveRequest, ObjectiveResult>(context, service.QuoteEvaluation);
        return new Answer<ObjectiveResult>(result, form);
    }

    private static async Task<Answer<ObjectiveComparisonAnswer>> CompareAsync(HttpContext context, [FromServices] RequestAdmission admission,
        [FromServices] ObjectiveService service)
    {
        var (result, form) = await admission.ComputeAsync<ObjectiveComparisonRequest, ObjectiveComparisonResult>(context, service.QuoteComparison);
        return new Answer<ObjectiveComparisonAnswer>(ObjectiveComparisonAnswer.Of(result), form);
    }
}
