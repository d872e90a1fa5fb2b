namespace GradService.Api.Hosting.Security;

/// <summary>What every answer tells a browser: to believe the content type, to tell no other site, and to let nobody frame it.</summary>
internal static class SecurityHeaders
{
    /// <summary>Data load nothing.</summary>
    private const string OfData = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>A page has its own scripts, styles and pictures, and talks to this service alone. Swagger UI's icons are data URLs, its
    /// pictures blobs.</summary>
    private const string OfPages = "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; "
        + "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // When the answer starts, and no sooner: an error clears what was there before it.
        context.Response.OnStarting(Add, context.Response);
        return next(context);
    });

    private static Task Add(object state)
    {
        var response = (HttpResponse)state;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";

        // What is not sent anew keeps the policy that it came with: one on a 304 would take its place.
        if (response.StatusCode == StatusCodes.Status304NotModified)
        {
            return Task.CompletedTask;
        }

        response.Headers.ContentSecurityPolicy = response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true ? OfPages : OfData;
        return Task.CompletedTask;
    }
}
