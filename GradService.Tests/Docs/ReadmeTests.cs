using System.Text.RegularExpressions;
using GradService.Tests.Api;

namespace GradService.Tests.Docs;

/// <summary>What README.md names is there, and what is there it names.</summary>
[Collection(SharedApplication.Name)]
public sealed partial class ReadmeTests(GradApplication application)
{
    private static readonly Markdown Readme = new(Repository.Read("README.md"));

    [Fact]
    public void It_is_read_in_five_minutes() => Assert.InRange(Repository.Read("README.md").Split('\n').Length, 100, 251);

    [Fact]
    public async Task Every_path_of_the_service_that_it_names_is_served()
    {
        using var client = application.CreateClient();
        var paths = Readme.InlineCode.Select(code => Endpoint().Match(code)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(paths);
        foreach (var path in paths)
        {
            using var response = await client.GetAsync(path);
            Assert.True(response.StatusCode != System.Net.HttpStatusCode.NotFound, $"{path} is not there");
        }
    }

    [Fact]
    public void Every_file_and_folder_that_it_names_is_there()
    {
        var paths = Readme.InlineCode.Where(code => FilePath().IsMatch(code)).ToList();
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.True(Repository.Has(path), $"{path} is not there"));
    }

    [Fact]
    public void Its_two_commands_are_the_first_code_on_the_page() =>
        Assert.Equal(["dotnet run --project GradService.Api -c Release\n", "dotnet test\n"], Readme.CodeBlocks.Take(2).Select(block => block.Text));

    [Fact]
    public void The_continuous_integration_takes_both_commands_from_it()
    {
        var script = Repository.Read(".ci/run");
        Assert.Contains("run_command=$(readme_command 'dotnet run')", script, StringComparison.Ordinal);
        Assert.Contains("test_command=$(readme_command 'dotnet test')", script, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?:GET |POST )?(/[a-z0-9/]+)$")]
    private static partial Regex Endpoint();

    [GeneratedRegex(@"^\.?\w[\w.-]*(/[\w.-]*)+$")]
    private static partial Regex FilePath();
}
