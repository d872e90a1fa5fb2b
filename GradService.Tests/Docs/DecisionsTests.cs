using System.Text.RegularExpressions;

namespace GradService.Tests.Docs;

/// <summary>docs/decisions: a page each, in one form, and an index that has them all.</summary>
public sealed partial class DecisionsTests
{
    private const string Folder = "docs/decisions";

    private static readonly IReadOnlyList<string> Names =
        [.. Directory.EnumerateFiles(Repository.PathOf(Folder), "0*.md").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Pages { get; } = [.. Names];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_says_the_situation_the_choice_and_what_it_costs_in_a_minute(string page)
    {
        var text = Repository.Read($"{Folder}/{page}");
        Assert.StartsWith($"# {int.Parse(page.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture)}. ", text, StringComparison.Ordinal);
        var headings = Heading().Matches(text).Select(match => match.Groups[1].Value).ToList();
        Assert.All(["Context", "Choice", "What it costs"], heading => Assert.Contains(heading, headings));
        Assert.InRange(text.TrimEnd().Split('\n').Length, 10, 45);
    }

    [Fact]
    public void The_index_has_every_page_by_its_title() =>
        Assert.Equal(
            Names.Select(name => $"[{Title().Match(Repository.Read($"{Folder}/{name}")).Groups[1].Value}]({name})"),
            new Markdown(Repository.Read($"{Folder}/README.md")).Table("no.").Select(row => row[1]));

    [GeneratedRegex("^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^# \d+\. (.+)$", RegexOptions.Multiline)]
    private static partial Regex Title();
}
