using GradService.Api.Serving.Bodies;
using GradService.Api.Serving.Refusals;
using GradService.Api.Wire.Writing;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Protocols.UmBridge;

/// <summary>
/// Errors as clients of UM-Bridge know them: 400 with {"error": {"type", "message"}} and nothing else. What is about the service and not
/// about the request keeps its status.
/// </summary>
internal sealed class UmBridgeErrors : IErrorForm
{
    public Task WriteAsync(HttpContext context, ProblemDetails problem)
    {
        var (status, type) = (problem.Status ?? StatusCodes.Status500InternalServerError) switch
        {
            StatusCodes.Status404NotFound => (StatusCodes.Status400BadRequest, "ModelNotFound"),
            StatusCodes.Status429TooManyRequests => (StatusCodes.Status429TooManyRequests, "InvalidOutput"),
            >= StatusCodes.Status500InternalServerError and var failed => (failed, "InvalidOutput"),
            StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status408RequestTimeout
                or StatusCodes.Status413PayloadTooLarge => (problem.Status!.Value, "InvalidInput"),
            _ => (StatusCodes.Status400BadRequest, "InvalidInput"),
        };
        context.Response.StatusCode = status;
        return AnswerBody.SendJsonAsync(context, new UmBridgeError(new UmBridgeErrorDetail(type, problem.Detail ?? problem.Title ?? "")),
            AnswerMedia.Json + "; charset=utf-8", JsonAnswer.InLists);
    }
}

/// <summary>An error of UM-Bridge.</summary>
/// <param name="Error">What is wrong.</param>
internal sealed record UmBridgeError(UmBridgeErrorDetail Error);

/// <summary>What is wrong.</summary>
/// <param name="Type">ModelNotFound, UnsupportedFeature, InvalidInput or InvalidOutput.</param>
/// <param name="Message">What was expected, what came, and what to do.</param>
internal sealed record UmBridgeErrorDetail(string Type, string Message);
