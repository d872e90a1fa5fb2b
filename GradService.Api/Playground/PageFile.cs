using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Playground;

/// <summary>A file of the page, which the program carries in itself.</summary>
/// <param name="Name">"main.js".</param>
/// <param name="Content">Its bytes.</param>
/// <param name="MediaType">What it is to a browser.</param>
/// <param name="Tag">Changes with the content; weak, as the answer may be compressed.</param>
internal sealed record PageFile(string Name, byte[] Content, string MediaType, EntityTagHeaderValue Tag)
{
    private const string Prefix = "Playground/";
    private const string StartName = "index.html";

    private static readonly ImmutableArray<PageFile> All =
    [
        .. typeof(PageFile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Read(name[Prefix.Length..])),
    ];

    /// <summary>The page itself.</summary>
    public static PageFile Start { get; } = All.Single(file => file.Name == StartName);

    /// <summary>What the page loads.</summary>
    public static IEnumerable<PageFile> Parts => All.Where(file => file != Start);

    private static PageFile Read(string name)
    {
        using var resource = typeof(PageFile).Assembly.GetManifestResourceStream(Prefix + name)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{XxHash3.HashToUInt64(content):x16}\"");
        return new PageFile(name, content, MediaTypeOf(Path.GetExtension(name)), new EntityTagHeaderValue(tag, isWeak: true));
    }

    private static string MediaTypeOf(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"The page has a file of a kind that it does not know: {extension}"),
    };
}
