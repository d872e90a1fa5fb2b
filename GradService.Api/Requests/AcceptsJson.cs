using Microsoft.Net.Http.Headers;

namespace GradService.Api.Requests;

/// <summary>Refuses, before any work is done, a caller who would not take JSON.</summary>
internal sealed class AcceptsJson : IEndpointFilter
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var accept = context.HttpContext.Request.Headers.Accept;
        return accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var types) || types.Any(type => type.Quality != 0 && Json.IsSubsetOf(new MediaTypeHeaderValue(type.MediaType)))
            ? next(context)
            : throw new BadHttpRequestException("Answers are application/json; the header Accept excludes that.", StatusCodes.Status406NotAcceptable);
    }
}
