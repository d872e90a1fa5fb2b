namespace GradService.Tests.Docs;

/// <summary>The examples of README.md, executed as they stand against the service on a port of its own.</summary>
[Trait("Lane", "Slow")]
public sealed class ReadmeExamplesTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private static readonly IReadOnlyList<CodeBlock> Blocks = new Markdown(Repository.Read("README.md")).CodeBlocks;

    private static IReadOnlyList<CodeBlock> Commands => [.. Blocks.Where(block => block.Text.StartsWith("curl ", StringComparison.Ordinal))];

    [FactNeedsCurl]
    public async Task The_question_asked_by_curl_is_answered_as_shown_below_it() =>
        Figures.AssertShownJson(
            Blocks.Single(block => block.Language == "json").Text,
            await Tool.Curl.RunAsync("-c", DocumentedProgram.Here(Commands[0].Text, application.Address)));

    [FactNeedsCurl]
    public async Task The_picture_at_the_top_is_what_the_other_command_brings()
    {
        const string ToAFile = " -o forum.svg";
        Assert.Equal(2, Commands.Count);
        Assert.Contains(ToAFile, Commands[1].Text, StringComparison.Ordinal);
        var command = DocumentedProgram.Here(Commands[1].Text.Replace(ToAFile, "", StringComparison.Ordinal), application.Address);
        Assert.Equal(Repository.Read("docs/pictures/forum.svg"), await Tool.Curl.RunAsync("-c", $"cd '{Repository.Root}' && {command}"));
    }

    [FactNeedsCurlAndNumPy]
    public async Task The_Python_program_prints_what_is_shown_below_its_parts()
    {
        Assert.Equal(3, DocumentedProgram.OfTheReadme.Count);
        Figures.AssertShown(
            string.Concat(Blocks.Where(block => block.Language == "text").Select(block => block.Text)),
            await DocumentedProgram.RunAsync(application.Address, [], DocumentedProgram.OfTheReadme));
    }
}
