namespace GradService.Tests.Docs;

/// <summary>The examples of README.md, executed as they stand against the service on a port of its own.</summary>
public sealed class ReadmeExamplesTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private static readonly IReadOnlyList<CodeBlock> Blocks = new Markdown(Repository.Read("README.md")).CodeBlocks;

    [FactNeedsCurl]
    public async Task Every_curl_command_answers_what_is_shown_below_it()
    {
        var commands = Blocks.Zip(Blocks.Skip(1)).Where(pair => pair.First.Text.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, commands.Count);
        foreach (var (command, answer) in commands)
        {
            Assert.Equal(("bash", "json"), (command.Language, answer.Language));
            Figures.AssertShownJson(answer.Text, await Tool.Curl.RunAsync("-c", Here(command.Text)));
        }
    }

    [FactNeedsNumPy]
    public async Task The_Python_program_prints_what_is_shown_below_its_parts()
    {
        var parts = Blocks.Zip(Blocks.Skip(1)).Where(pair => pair.First.Language == "python").ToList();
        Assert.Equal(4, parts.Count);
        Assert.All(parts, part => Assert.Equal("text", part.Second.Language));
        var printed = await Tool.NumPy.RunAsync("-c", Here(string.Join("\n\n", parts.Select(part => part.First.Text))));
        Figures.AssertShown(string.Concat(parts.Select(part => part.Second.Text)), printed.ReplaceLineEndings("\n"));
    }

    /// <summary>An example with the address of the service under test.</summary>
    private string Here(string example)
    {
        const string Default = "http://127.0.0.1:5080";
        Assert.Contains(Default, example, StringComparison.Ordinal);
        return example.Replace(Default, application.Address, StringComparison.Ordinal);
    }
}
