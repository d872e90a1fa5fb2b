using System.Text.RegularExpressions;

namespace GradService.Tests.Docs;

/// <summary>Links between the documents lead to files and headings that are there.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Documents { get; } = [.. Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "node_modules" || part.StartsWith('.'))).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_of_a_document_lead_somewhere(string document) =>
        Assert.All(
            new Markdown(Repository.Read(document)).Links.Where(link => !link.Contains("://", StringComparison.Ordinal)),
            link => Assert.True(Leads(document, link), link));

    private static bool Leads(string document, string link)
    {
        var (path, heading) = link.Split('#') is [var file, var anchor] ? (file, anchor) : (link, "");
        var target = path.Length == 0 ? document
            : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.PathOf(document), "..", path)));
        return Repository.Has(target) && (heading.Length == 0 || Headings(target).Contains(heading));
    }

    /// <summary>The headings of a document as links name them: in lower case, with "-" for each space.</summary>
    private static IEnumerable<string> Headings(string document) =>
        Heading().Matches(Repository.Read(document)).Select(match => Dropped().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();
}
