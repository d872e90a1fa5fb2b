using System.Text.Json.Nodes;

namespace GradService.Tests.Docs;

/// <summary>The notebook, executed from top to bottom against the service on a port of its own.</summary>
[Trait("Lane", "Slow")]
public sealed class NotebookTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private const string Notebook = "examples/gradient-through-batchnorm.ipynb";

    [FactNeedsJupyter]
    public async Task Every_cell_prints_and_draws_what_the_notebook_shows()
    {
        var folder = Directory.CreateTempSubdirectory("notebook");
        try
        {
            // What Jupyter keeps beside a notebook stays in the folder as well.
            await Tool.Jupyter.RunAsync("-c", $"export HOME='{folder.FullName}' GRADSERVICE_URL='{application.Address}'; cd '{folder.FullName}' && "
                + $"{Tool.Nbconvert} --to notebook --execute '{Repository.PathOf(Notebook)}' --output-dir . --output executed "
                + "--ExecutePreprocessor.timeout=240");
            var (shown, executed) = (CodeCells(Repository.Read(Notebook)),
                CodeCells(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "executed.ipynb"))));
            Assert.Equal(shown.Count, executed.Count);
            foreach (var (expected, actual) in shown.Zip(executed))
            {
                Assert.Equal(Pictures(expected), Pictures(actual));
                Figures.AssertShown(Printed(expected), Printed(actual));
            }

            Assert.Equal(4, executed.Sum(Pictures));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<JsonNode> CodeCells(string notebook) =>
        [.. JsonNode.Parse(notebook)!["cells"]!.AsArray().Where(cell => (string)cell!["cell_type"]! == "code").Select(cell => cell!)];

    /// <summary>What it printed, warnings and errors included.</summary>
    private static string Printed(JsonNode cell) =>
        string.Concat(Outputs(cell).Where(output => output["text"] is not null).SelectMany(output => output["text"]!.AsArray()).Select(line => (string)line!));

    private static int Pictures(JsonNode cell) => Outputs(cell).Count(output => output["data"]?["image/png"] is not null);

    private static IEnumerable<JsonNode> Outputs(JsonNode cell) => cell["outputs"]!.AsArray().Select(output => output!);
}
