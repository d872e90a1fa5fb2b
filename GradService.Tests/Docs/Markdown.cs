using System.Text.RegularExpressions;

namespace GradService.Tests.Docs;

/// <summary>A page of documentation, by what can be checked in it.</summary>
internal sealed partial class Markdown(string text)
{
    /// <summary>Fenced code, first to last.</summary>
    public IReadOnlyList<CodeBlock> CodeBlocks { get; } =
        [.. Fence().Matches(text).Select(match => new CodeBlock(match.Groups[1].Value, match.Groups[2].Value))];

    /// <summary>`inline code` outside of code blocks.</summary>
    public IReadOnlyList<string> InlineCode => [.. Code().Matches(Prose).Select(match => match.Groups[1].Value)];

    /// <summary>Where [links](to) lead.</summary>
    public IReadOnlyList<string> Links => [.. Link().Matches(Prose).Select(match => match.Groups[1].Value)];

    private string Prose => Fence().Replace(text, "");

    /// <summary>Rows of the first table whose first columns have these headings, cells as written.</summary>
    public IReadOnlyList<string[]> Table(params IReadOnlyList<string> firstHeadings)
    {
        var lines = Prose.Split('\n');
        var head = Array.FindIndex(lines, line => line.StartsWith($"| {string.Join(" | ", firstHeadings)} |", StringComparison.Ordinal));
        Assert.True(head >= 0, $"there is no table with {string.Join(" | ", firstHeadings)}");
        return [.. lines.Skip(head + 2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
    }

    /// <summary>The first inline code of each row's first cell: the names that a table lists.</summary>
    public IReadOnlyList<string> NamesInTable(params IReadOnlyList<string> firstHeadings) =>
        [.. Table(firstHeadings).Select(row => Code().Match(row[0]).Groups[1].Value)];

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}

/// <summary>Fenced code.</summary>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Text">The lines between.</param>
internal sealed record CodeBlock(string Language, string Text);
