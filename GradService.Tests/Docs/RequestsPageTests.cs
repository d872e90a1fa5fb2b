using System.Text.RegularExpressions;
using GradService.Domain.Networks.Layers;

namespace GradService.Tests.Docs;

/// <summary>docs/requests.md: its programs print what it shows, and its tables are of what there is.</summary>
public sealed partial class RequestsPageTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private const string Archive = "@request.npz";
    private static readonly Markdown Page = new(Repository.Read("docs/requests.md"));

    private static IEnumerable<CodeBlock> Commands => Page.CodeBlocks.Where(block => block.Language == "bash");

    /// <summary>What hands running statistics back, with which other pages go on.</summary>
    internal static CodeBlock WithStatistics => Page.CodeBlocks.First(block => block.Language == "python");

    [Fact]
    public void Its_layers_are_the_layers_that_there_are() =>
        Assert.Equal(LayerTable.All.Keys.Order(), Page.Table("what").SelectMany(row => row[1].Split(", ")).Select(name => name.Trim('`')).Order());

    [Fact]
    public async Task Every_path_of_the_service_that_it_names_is_served()
    {
        using var client = application.CreateClient();
        var paths = Page.InlineCode.Select(code => Endpoint().Match(code)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(paths.Count > 10);
        foreach (var path in paths)
        {
            using var response = await client.GetAsync(path);
            Assert.True(response.StatusCode != System.Net.HttpStatusCode.NotFound, $"{path} is not there");
        }
    }

    [FactNeedsCurlAndNumPy]
    public async Task Its_program_prints_what_is_shown_below_its_parts()
    {
        var parts = Page.CodeBlocks.Where(block => block.Language == "python" || block.Text.Contains(Archive, StringComparison.Ordinal)).ToList();
        Assert.Equal(["python", "python", "python", "python", "bash", "python"], parts.Select(part => part.Language));
        Figures.AssertShown(
            string.Concat(Page.CodeBlocks.Where(block => block.Language == "text").Select(block => block.Text)),
            await DocumentedProgram.RunAsync(application.Address, DocumentedProgram.OfTheReadme, parts));
    }

    [FactNeedsCurl]
    public async Task What_is_refused_is_refused_as_shown()
    {
        var command = Assert.Single(Commands, command => !command.Text.Contains(Archive, StringComparison.Ordinal)).Text;
        var answer = Page.CodeBlocks.Single(block => block.Language == "json").Text;
        Figures.AssertShownJson(answer, await Tool.Curl.RunAsync("-c", DocumentedProgram.Here(command, application.Address)));
    }

    [GeneratedRegex(@"^(?:GET |POST )?(/[A-Za-z0-9/]*)$")]
    private static partial Regex Endpoint();
}
