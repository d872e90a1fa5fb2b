using GradService.Api.Networks;

namespace GradService.Tests.Docs;

/// <summary>The programs of docs/protocols.md, executed against the service on a port of its own.</summary>
public sealed class ProtocolsPageTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private static readonly IReadOnlyList<CodeBlock> Blocks = new Markdown(Repository.Read("docs/protocols.md")).CodeBlocks;

    [FactNeedsNumPy]
    public async Task The_programs_print_what_is_shown_below_them()
    {
        var programs = Blocks.Where(block => block.Language == "python").ToList();
        Assert.Equal(3, programs.Count);
        var clients = new CodeBlock("python", Repository.Read("GradService.Tests/Docs/protocol_clients.py"));
        Figures.AssertShown(
            string.Concat(Blocks.Where(block => block.Language == "text").Select(block => block.Text)),
            await DocumentedProgram.RunAsync(application.Address, [clients, .. DocumentedProgram.OfTheReadme], programs));
    }

    [Fact]
    public void The_modes_that_it_names_are_those_that_are_served()
    {
        var page = Repository.Read("docs/protocols.md");
        var names = ServedModes.All.Select(mode => $"`{mode.Name}`").ToList();
        Assert.Contains($": {string.Join(", ", names.SkipLast(1))} or {names[^1]}; `reference` needs", page, StringComparison.Ordinal);
        Assert.Contains($"`{ServedModes.Default.Name}` (default)", page, StringComparison.Ordinal);
    }
}
