using GradService.Api.Documents;
using GradService.Api.Hosting.Connections;
using GradService.Api.Serving.Queue;
using GradService.Domain.Native;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Hosting.Health;

/// <summary>Whether the process lives, and whether it can compute.</summary>
internal static class HealthEndpoints
{
    public static RouteGroupBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/health").WithTag("Health", "Whether the process lives, and whether it can compute.");
        group.AllowAnonymous().DisableRateLimiting().WithMetadata(new AnswersToTheEnd());
        group.MapGet("/live", () => TypedResults.Ok(new HealthReport("live")))
            .WithName("Live")
            .WithSummary("Whether the process answers.")
            .WithDescription("For a supervisor that restarts what does not answer. It asks nothing of libtorch.")
            .WithAnswer("The process answers.", () => """{ "status": "live" }""");
        group.MapGet("/ready", Ready)
            .WithName("Ready")
            .WithSummary("Whether requests are taken: libtorch is loaded, no compute thread is stuck, and the service has not been told to stop.")
            .WithDescription("For a load balancer, which sends requests only where they can be computed.")
            .WithAnswer("Gradients can be computed.", () => """{ "status": "ready" }""")
            .WithProblems(new DocumentedProblem(StatusCodes.Status503ServiceUnavailable,
                "libtorch could not be loaded, a compute thread is stuck, or the service has been told to stop; the detail says which."));
        return group;
    }

    private static Results<Ok<HealthReport>, ProblemHttpResult> Ready([FromServices] GracefulStop stop, [FromServices] ComputeQueue queue) =>
        (stop.IsStopping ? "The service has been told to stop." : LibTorch.Failure ?? queue.Failure) is { } reason
            ? TypedResults.Problem(reason, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Not ready.")
            : TypedResults.Ok(new HealthReport("ready"));
}

/// <summary>How the service is.</summary>
/// <param name="Status">live or ready.</param>
internal sealed record HealthReport(string Status);
