using System.Text.Json.Nodes;

namespace GradService.Tests.Docs;

/// <summary>The .http files in a tool that people have, which reads them by rules of its own.</summary>
[Trait("Lane", "Slow")]
public sealed class HttpYacTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    [FactNeedsHttpYac]
    public async Task All_files_run_in_httpYac_and_leave_nothing_behind()
    {
        var said = await Tool.HttpYac.RunAsync(
            "-c", Tool.HttpYacCommand, "-", "send", "*.http", "--all", "--var", $"address={application.Address}", "--output", "none", "--no-color");
        var expected = Directory.GetFiles(Repository.PathOf("http"), "*.http").Sum(path => HttpFile.Parse(File.ReadAllText(path)).Requests.Count);
        Assert.Contains($"{expected} requests processed ({expected} succeeded)", said, StringComparison.Ordinal);

        using var client = application.CreateClient();
        var stored = JsonNode.Parse(await client.GetStringAsync("/v1/networks"))!["items"]!.AsArray();
        Assert.Empty(stored.Select(network => (string)network!["id"]!));
    }
}
