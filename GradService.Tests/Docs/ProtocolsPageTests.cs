using GradService.Api.Networks;

namespace GradService.Tests.Docs;

/// <summary>The programs of docs/protocols.md, and the lines of README.md about the same, executed against the service on a port of its own.</summary>
public sealed class ProtocolsPageTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private static readonly IReadOnlyList<CodeBlock> Blocks = new Markdown(Repository.Read("docs/protocols.md")).CodeBlocks;

    [FactNeedsNumPy]
    public async Task The_programs_print_what_is_shown_below_them()
    {
        var programs = Blocks.Where(block => block.Language == "python").Select(block => block.Text).ToList();
        Assert.Equal(3, programs.Count);
        Figures.AssertShown(string.Concat(Blocks.Where(block => block.Language == "text").Select(block => block.Text)), await RunAsync(programs));
    }

    [FactNeedsNumPy]
    public async Task The_lines_of_the_README_run()
    {
        var lines = new Markdown(Repository.Read("README.md")).CodeBlocks.Where(block => block.Language == "py").Select(block => block.Text).ToList();
        Assert.Equal(2, lines.Count);
        Assert.All(lines, block => Assert.InRange(block.TrimEnd().Split('\n').Length, 1, 5));
        const string Stored = """ask("/v1/networks", name="forum", network={"inputShape": [1], "layers": [{"type": "linear", "outFeatures": 1}]})""";
        await RunAsync([Blocks[0].Text, Stored, .. lines]);
    }

    [Fact]
    public void The_modes_that_it_names_are_those_that_are_served()
    {
        var page = Repository.Read("docs/protocols.md");
        var names = ServedModes.All.Select(mode => $"`{mode.Name}`").ToList();
        Assert.Contains($": {string.Join(", ", names.SkipLast(1))} or {names[^1]}; `reference` needs", page, StringComparison.Ordinal);
        Assert.Contains($"`{ServedModes.Default.Name}` (default)", page, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(IEnumerable<string> program)
    {
        var clients = Repository.Read("GradService.Tests/Docs/protocol_clients.py");
        var text = string.Join("\n\n", program.Prepend(clients)).Replace("http://127.0.0.1:5080", application.Address, StringComparison.Ordinal);
        return (await Tool.NumPy.RunAsync("-c", text)).ReplaceLineEndings("\n");
    }
}
