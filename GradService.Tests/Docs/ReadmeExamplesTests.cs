namespace GradService.Tests.Docs;

/// <summary>The examples of README.md, executed as they stand against the service on a port of its own.</summary>
public sealed class ReadmeExamplesTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private const string Archive = "@request.npz";
    private static readonly IReadOnlyList<CodeBlock> Blocks = new Markdown(Repository.Read("README.md")).CodeBlocks;

    [FactNeedsCurl]
    public async Task Every_curl_command_answers_what_is_shown_below_it()
    {
        var commands = Blocks.Zip(Blocks.Skip(1)).Where(pair => pair.First.Text.StartsWith("curl ", StringComparison.Ordinal) && !pair.First.Text.Contains(Archive, StringComparison.Ordinal)).ToList();
        Assert.Equal(2, commands.Count);
        foreach (var (command, answer) in commands)
        {
            Assert.Equal(("bash", "json"), (command.Language, answer.Language));
            Figures.AssertShownJson(answer.Text, await Tool.Curl.RunAsync("-c", Here(command.Text)));
        }
    }

    /// <summary>In a folder of its own, as it writes files; the command between its parts is run where it stands.</summary>
    [FactNeedsCurlAndNumPy]
    public async Task The_Python_program_prints_what_is_shown_below_its_parts()
    {
        var parts = Blocks.Where(block => block.Language == "python" || block.Text.Contains(Archive, StringComparison.Ordinal)).ToList();
        Assert.Equal(["python", "python", "python", "python", "bash", "python", "python", "python", "python"], parts.Select(part => part.Language));
        var program = string.Join("\n\n", parts.Select(part => part.Language == "python" ? part.Text : $"import subprocess\nsubprocess.run(['bash', '-c', r'''{part.Text}'''], check=True)"));
        var printed = await Tool.NumPy.RunAsync("-c", $"import os, tempfile\nfolder = tempfile.TemporaryDirectory()\nos.chdir(folder.name)\n{Here(program)}\nos.chdir('/')");
        Figures.AssertShown(string.Concat(Blocks.Where(block => block.Language == "text").Select(block => block.Text)), printed.ReplaceLineEndings("\n"));
    }

    /// <summary>An example with the address of the service under test.</summary>
    private string Here(string example)
    {
        const string Default = "http://127.0.0.1:5080";
        Assert.Contains(Default, example, StringComparison.Ordinal);
        return example.Replace(Default, application.Address, StringComparison.Ordinal);
    }
}
