namespace GradService.Tests.Docs;

/// <summary>The training loop of docs/objectives.md, which goes on from two other pages.</summary>
[Trait("Lane", "Slow")]
public sealed class TrainingLoopTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private static readonly IReadOnlyList<CodeBlock> Blocks = new Markdown(Repository.Read("docs/objectives.md")).CodeBlocks;

    [FactNeedsNumPy]
    public async Task It_prints_what_is_shown_below_it() =>
        Figures.AssertShown(
            Blocks.Single(block => block.Language == "text").Text,
            await DocumentedProgram.RunAsync(
                application.Address, [.. DocumentedProgram.OfTheReadme, RequestsPageTests.WithStatistics], Blocks.Where(block => block.Language == "python")));
}
