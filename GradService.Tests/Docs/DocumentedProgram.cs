namespace GradService.Tests.Docs;

/// <summary>A Python program that stands on a page in parts, run as a reader would who pastes one part after the other.</summary>
internal static class DocumentedProgram
{
    private const string Default = "http://127.0.0.1:5080";

    /// <summary>The parts of README.md, from which the programs of other pages go on.</summary>
    public static IReadOnlyList<CodeBlock> OfTheReadme { get; } =
        [.. new Markdown(Repository.Read("README.md")).CodeBlocks.Where(block => block.Language == "python")];

    /// <summary>What the parts print. In a folder of its own, as they may write files; commands between them are run where they stand.</summary>
    /// <param name="address">The service that is asked instead of the one at the default address.</param>
    /// <param name="before">What has been run before, whose output nobody compares.</param>
    /// <param name="parts">The program.</param>
    public static async Task<string> RunAsync(string address, IEnumerable<CodeBlock> before, IEnumerable<CodeBlock> parts)
    {
        string[] lines =
        [
            "import contextlib, io, os, subprocess, tempfile",
            "folder = tempfile.TemporaryDirectory()",
            "os.chdir(folder.name)",
            "with contextlib.redirect_stdout(io.StringIO()):",
            $"    exec(r'''{Joined(before)}''')",
            Joined(parts),
            "os.chdir('/')",
        ];
        return (await Tool.NumPy.RunAsync("-c", Here(string.Join('\n', lines), address))).ReplaceLineEndings("\n");
    }

    /// <summary>An example with the address of the service under test.</summary>
    public static string Here(string example, string address)
    {
        Assert.Contains(Default, example, StringComparison.Ordinal);
        return example.Replace(Default, address, StringComparison.Ordinal);
    }

    private static string Joined(IEnumerable<CodeBlock> parts) =>
        string.Join("\n\n", parts.Select(part =>
            part.Language == "python" ? part.Text : $"subprocess.run(['bash', '-c', r\"\"\"{part.Text}\"\"\"], check=True)"));
}
