using System.Collections.Immutable;
using GradService.Api.Serving.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GradService.Api.Playground;

/// <summary>The page at /, on which one changes a network and sees what each mode makes of it. It asks the service as any caller does.</summary>
internal static class PlaygroundEndpoints
{
    private static readonly ImmutableArray<PageFile> Files = PageFile.Of("Playground");
    private static readonly PageFile Page = Files.Single(file => file.Name == "index.html");

    public static RouteGroupBuilder MapPlayground(this IEndpointRouteBuilder routes)
    {
        // Where keys are configured the page has a field for one, so the page itself must need none.
        var group = routes.MapGroup("");
        group.AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
        group.MapGet("/", Start);
        foreach (var part in Files.Where(file => file != Page))
        {
            group.MapGet($"/playground/{part.Name}", part.Send);
        }

        return group;
    }

    /// <summary>The page's addresses are relative, so below a path base the path must end in a slash.</summary>
    private static Results<FileContentHttpResult, RedirectHttpResult> Start(HttpContext context) => context.Request.Path.HasValue
        ? Page.Send(context)
        : TypedResults.Redirect($"{context.Request.PathBase}/");
}
