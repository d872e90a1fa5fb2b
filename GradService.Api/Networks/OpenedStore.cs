using GradService.Api.Serving.Admission;
using GradService.Api.Storage;

namespace GradService.Api.Networks;

/// <summary>On endpoints that are about stored networks: waits, on no thread, until they can be had. Who cannot be served need not send a body.</summary>
internal sealed class OpenedStore(NetworkStore store) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext;
        await store.OpenedAsync(RequestTimeout.Of(request.Request), request.RequestAborted);
        return await next(context);
    }
}
