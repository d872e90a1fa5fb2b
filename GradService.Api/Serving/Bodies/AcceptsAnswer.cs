using GradService.Api.Wire.Writing;

namespace GradService.Api.Serving.Bodies;

/// <summary>Refuses, before any work is done, a caller who would take no form of the answer.</summary>
internal sealed class AcceptsAnswer : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        AnswerMedia.For(context.HttpContext.Request) is not null
            ? next(context)
            : throw new BadHttpRequestException($"Answers are {AnswerMedia.Json} or {AnswerMedia.Npz}; the header Accept excludes both.", StatusCodes.Status406NotAcceptable);
}
