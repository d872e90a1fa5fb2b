using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>The source files of the project, by their paths from its root.</summary>
internal static class SourceFiles
{
    /// <summary>All C# files in a folder and below it.</summary>
    public static IReadOnlyList<string> Under(string folder) => [.. Directory
        .EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
        .Order(StringComparer.Ordinal)];

    /// <summary>The lines that are not comments.</summary>
    public static IEnumerable<string> CodeLines(string file) =>
        Repository.Read(file).Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal));
}
