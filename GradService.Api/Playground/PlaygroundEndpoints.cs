using Microsoft.AspNetCore.Http.HttpResults;

namespace GradService.Api.Playground;

/// <summary>The page at /, on which one changes a network and sees what each mode makes of it. It asks the service as any caller does.</summary>
internal static class PlaygroundEndpoints
{
    public static RouteGroupBuilder MapPlayground(this IEndpointRouteBuilder routes)
    {
        // Where keys are configured the page has a field for one, so the page itself must need none.
        var group = routes.MapGroup("");
        group.AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
        group.MapGet("/", Start);
        foreach (var file in PageFile.Parts)
        {
            group.MapGet($"/playground/{file.Name}", (HttpContext context) => Send(file, context));
        }

        return group;
    }

    /// <summary>The page's addresses are relative, so below a path base the path must end in a slash.</summary>
    private static Results<FileContentHttpResult, RedirectHttpResult> Start(HttpContext context) => context.Request.Path.HasValue
        ? Send(PageFile.Start, context)
        : TypedResults.Redirect($"{context.Request.PathBase}/");

    /// <summary>A browser asks each time whether its copy is still the same, so that the parts of a page never come from two versions.</summary>
    private static FileContentHttpResult Send(PageFile file, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.File(file.Content, file.MediaType, entityTag: file.Tag);
    }
}
