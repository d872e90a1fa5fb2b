using System.Text.RegularExpressions;
using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>
/// Lines end by column 160. Exempt is what cannot be broken without changing what it says: a row of a Markdown table, a string of JSON
/// in a document, and text within a string of several lines.
/// </summary>
public sealed partial class LineLengthTests
{
    private const int Longest = 160;

    private static readonly string[] Source = [".cs", ".csproj", ".props", ".targets", ".md", ".py", ".http", ".js", ".css", ".html", ".yml", ".sh", ".lua"];

    [Fact]
    public void Lines_end_by_column_160() => Assert.Empty(
        from file in Files()
        from line in Breakable(Path.GetExtension(file), Repository.Read(file).Split('\n'))
        where line.Text.Length > Longest
        select $"{file}:{line.Number} has {line.Text.Length} characters");

    [Theory]
    [InlineData(".md", "| a row |")]
    [InlineData(".md", "  \"detail\": \"what was expected, and \\\"what\\\" came\",")]
    [InlineData(".cs", "var json = \"\"\"", "text", "    \"\"\";")]
    public void What_cannot_be_broken_is_exempt(string extension, params string[] lines) =>
        Assert.DoesNotContain(Breakable(extension, lines), line => line.Text is not ("var json = \"\"\"" or "    \"\"\";"));

    [Theory]
    [InlineData(".md", "A sentence.")]
    [InlineData(".md", "{ \"a\": \"b\", \"c\": 1 }")]
    [InlineData(".cs", "var json = \"\"\"{ }\"\"\";", "text")]
    [InlineData(".cs", "var json = \"\"\"", "\"\"\";", "text")]
    public void The_rest_is_not(string extension, params string[] lines) =>
        Assert.Contains(Breakable(extension, lines), line => line.Text == lines[^1]);

    private static IEnumerable<(int Number, string Text)> Breakable(string extension, string[] lines)
    {
        var within = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var delimiters = extension == ".cs" ? RawDelimiter().Count(lines[i]) : 0;
            if (delimiters > 0 || !(within || (extension == ".md" && Whole().IsMatch(lines[i]))))
            {
                yield return (i + 1, lines[i]);
            }

            within ^= delimiters % 2 == 1;
        }
    }

    private static IEnumerable<string> Files() => Directory
        .EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
        .Where(file => Source.Contains(Path.GetExtension(file)))
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or ".git" or "node_modules" or "BenchmarkDotNet.Artifacts"));

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawDelimiter();

    /// <summary>A row of a table, or one string of JSON with its name.</summary>
    [GeneratedRegex("""^\s*(?:\||(?:"[^"]*": )?"(?:[^"\\]|\\.)*",?$)""")]
    private static partial Regex Whole();
}
