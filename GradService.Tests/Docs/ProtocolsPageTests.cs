using GradService.Api.Networks;
using GradService.Tests.Api.Networks;

namespace GradService.Tests.Docs;

/// <summary>The programs of docs/protocols.md, executed against the service on a port of its own.</summary>
public sealed class ProtocolsPageTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private static readonly IReadOnlyList<CodeBlock> Blocks = new Markdown(Repository.Read("docs/protocols.md")).CodeBlocks;

    private static IEnumerable<CodeBlock> OutputsOfR => Blocks.Where((_, at) => at > 0 && Blocks[at - 1].Language == "r");

    [FactNeedsNumPy]
    public async Task The_programs_print_what_is_shown_below_them()
    {
        var programs = Blocks.Where(block => block.Language == "python").ToList();
        Assert.Equal(3, programs.Count);
        var clients = new CodeBlock("python", Repository.Read("GradService.Tests/Docs/protocol_clients.py"));
        Figures.AssertShown(
            string.Concat(Blocks.Where(block => block.Language == "text" && !OutputsOfR.Contains(block)).Select(block => block.Text)),
            await DocumentedProgram.RunAsync(application.Address, [clients, .. DocumentedProgram.OfTheReadme], programs));
    }

    [FactNeedsR]
    public async Task The_program_in_R_prints_what_is_shown_below_it()
    {
        using var client = new HttpClient { BaseAddress = new Uri(application.Address) };
        await client.StoreAsync("""
            {
              "inputShape": [2],
              "layers": [
                { "type": "linear", "outFeatures": 8 }, { "type": "softplus" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 }
              ],
              "seed": 3
            }
            """, "two-inputs");
        var program = Blocks.Single(block => block.Language == "r").Text;
        Figures.AssertShown(
            Assert.Single(OutputsOfR).Text.Trim(),
            await Tool.R.RunAsync("-e", Repository.Read("GradService.Tests/Docs/protocol_clients.R") + DocumentedProgram.Here(program, application.Address)));
    }

    /// <summary>What the client writes as config, whatever it is, is understood.</summary>
    [FactNeedsR]
    public async Task Every_config_of_R_is_understood()
    {
        using var client = new HttpClient { BaseAddress = new Uri(application.Address) };
        await client.StoreAsync(
            """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }, { "type": "batchNorm" }], "seed": 1 }""", "asked-by-r");
        var lengths = await Tool.R.RunAsync("-e", Repository.Read("GradService.Tests/Docs/protocol_clients.R") + $$"""
            configs <- list(
              list(), NULL, jsonlite::fromJSON("{}"), list(batchSize = 3), list(batchSize = jsonlite::unbox(3)), list(mode = "eval"),
              list(mode = jsonlite::unbox("eval")), list(batchSize = 4, mode = "trainDetached"))
            for (config in configs) {
              points <- list(seq(0, 1, length.out = if (is.null(config$batchSize)) 2 else config$batchSize))
              cat(length(unlist(umbridge::evaluate("{{application.Address}}", "asked-by-r", points, config = config))), "")
            }
            """);
        Assert.Equal("2 2 2 3 3 2 2 4", lengths.Trim());
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
