using GradService.Api.Serving.Refusals;
using GradService.Domain.Faults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace GradService.Api.Hosting.Security;

/// <summary>
/// Refuses what pages of other origins send: a browser asks nobody before it sends a form or plain text to a service on its own machine,
/// and only afterwards keeps the answer from the page.
/// </summary>
internal static class ForeignOrigins
{
    public static WebApplication RefuseForeignOrigins(this WebApplication app)
    {
        var allowed = app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value.CorsOrigins;
        if (!allowed.Contains("*"))
        {
            app.Use((context, next) => IsForeign(context.Request, allowed) ? RefuseAsync(context) : next(context));
        }

        return app;
    }

    private static bool IsForeign(HttpRequest request, IList<string> allowed)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            return false;
        }

        // What the browser says of it: no page can set this header.
        var (origin, site) = (request.Headers.Origin.ToString(), request.Headers["Sec-Fetch-Site"].ToString());
        return origin.Length == 0
            ? site is "cross-site" or "same-site"
            : site is not ("same-origin" or "none") && !allowed.Contains(origin, StringComparer.OrdinalIgnoreCase) && !IsOwn(origin, request.Host);
    }

    /// <summary>Whether it is the origin that was asked. The scheme is not looked at: a proxy may take it off.</summary>
    private static bool IsOwn(string origin, HostString host) => Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase) && (host.Port is null ? uri.IsDefaultPort : uri.Port == host.Port);

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        var origin = context.Request.Headers.Origin.ToString();
        return ProblemMapping.WriteAsync(context, new ProblemDetails
        {
            Status = StatusCodes.Status403Forbidden,
            Title = "Pages of this origin may not ask.",
            Detail = $"The request comes from a page of {(origin.Length == 0 ? "another site" : Fault.Quoted(origin))}, and this service is asked by its own "
                + "pages and by programs. Whoever runs the service can allow an origin in Security:CorsOrigins.",
        });
    }
}
