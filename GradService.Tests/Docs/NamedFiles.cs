namespace GradService.Tests.Docs;

/// <summary>Source files that documents name: by a path from one of some folders, or by the file's name alone.</summary>
internal static class NamedFiles
{
    /// <summary>Those of a document that are nowhere below the folders.</summary>
    public static IReadOnlyList<string> Missing(string document, params IReadOnlyList<string> folders) =>
        [.. In(document).Where(name => !folders.Any(folder => IsIn(folder, name)))];

    /// <summary>What looks like a source file.</summary>
    public static IReadOnlyList<string> In(string document) =>
        [.. new Markdown(Repository.Read(document)).InlineCode.Where(code => !code.Contains(' ', StringComparison.Ordinal)
            && (code.EndsWith(".cs", StringComparison.Ordinal) || code.EndsWith(".js", StringComparison.Ordinal))).Distinct()];

    private static bool IsIn(string folder, string name) => name.Contains('/', StringComparison.Ordinal)
        ? Repository.Has($"{folder}/{name}".TrimStart('/'))
        : Directory.EnumerateFiles(Repository.PathOf(folder), name, SearchOption.AllDirectories).Any(file => !file.Contains("/obj/", StringComparison.Ordinal));
}
