namespace GradService.Tests.Docs;

/// <summary>docs/clients.md: clients/run, which CI calls, runs its commands; what it shows of the programs is in them.</summary>
public sealed class ClientsPageTests
{
    private static readonly string Page = Repository.Read("docs/clients.md");

    [Theory]
    [InlineData("NSwag", "clients/csharp-nswag/Program.cs")]
    [InlineData("Kiota", "clients/csharp-kiota/Program.cs")]
    [InlineData("openapi-fetch", "clients/typescript/openapi-fetch.ts")]
    [InlineData("hey-api", "clients/typescript/hey-api.ts")]
    public void A_client_has_commands_that_CI_runs_and_shows_what_its_program_does(string client, string program)
    {
        var blocks = new Markdown(Page.Split($"\n## {client}\n")[1].Split("\n## ")[0]).CodeBlocks;
        Assert.Single(blocks, block => block.Language == "bash");
        Assert.Matches($@"client {client}\b", Repository.Read("clients/run"));
        var shown = blocks.Where(block => block.Language != "bash").ToList();
        Assert.NotEmpty(shown);
        Assert.All(shown, block => Assert.Contains(block.Text, Repository.Read(program), StringComparison.Ordinal));
    }

    [Fact]
    public void CI_calls_the_script() => Assert.Contains("clients/run \"$address\"", Repository.Read(".ci/run"), StringComparison.Ordinal);
}
