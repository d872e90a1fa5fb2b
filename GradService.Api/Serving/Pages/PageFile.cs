using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Serving.Pages;

/// <summary>A file of a page, which the program carries in itself.</summary>
/// <param name="Name">"main.js".</param>
/// <param name="Content">Its bytes.</param>
/// <param name="MediaType">What it is to a browser.</param>
/// <param name="Tag">Changes with the content; weak, as the answer may be compressed.</param>
internal sealed record PageFile(string Name, byte[] Content, string MediaType, EntityTagHeaderValue Tag)
{
    /// <summary>All files of a page.</summary>
    /// <param name="page">The name that its files are built in under.</param>
    public static ImmutableArray<PageFile> Of(string page) =>
    [
        .. typeof(PageFile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith($"{page}/", StringComparison.Ordinal)).Select(Read),
    ];

    /// <summary>A browser asks each time whether its copy is still the same, so that the parts of a page never come from two versions.</summary>
    public FileContentHttpResult Send(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.File(Content, MediaType, entityTag: Tag);
    }

    private static PageFile Read(string resourceName)
    {
        using var resource = typeof(PageFile).Assembly.GetManifestResourceStream(resourceName)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{XxHash3.HashToUInt64(content):x16}\"");
        return new PageFile(Path.GetFileName(resourceName), content, MediaTypeOf(Path.GetExtension(resourceName)), new EntityTagHeaderValue(tag, isWeak: true));
    }

    private static string MediaTypeOf(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"A page has a file of a kind that it does not know: {extension}"),
    };
}
