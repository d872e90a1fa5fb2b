using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using GradService.Tests.House;

namespace GradService.Tests.Docs;

/// <summary>What README.md names is there, and what is there it names.</summary>
[Collection(SharedApplication.Name)]
public sealed partial class ReadmeTests(GradApplication application)
{
    private static readonly Markdown Readme = new(Repository.Read("README.md"));

    [Fact]
    public void Its_modes_are_the_modes_that_there_are() => Assert.Equal(BatchNormMode.All.Select(mode => mode.Name), Readme.NamesInTable("mode"));

    [Fact]
    public void Its_kinds_are_the_kinds_that_there_are() => Assert.Equal(QuestionTable.All.Keys, Readme.NamesInTable("kind"));

    [Fact]
    public void Its_findings_are_the_findings_that_there_are() => Assert.Equal(FindingTable.All.Select(rule => rule.Code), Readme.NamesInTable("code"));

    [Fact]
    public async Task Its_limits_are_the_limits_that_there_are_with_their_defaults()
    {
        using var client = application.CreateClient();
        var limits = JsonNode.Parse(await client.GetStringAsync("/v1/capabilities"))!["limits"]!.AsObject();
        Assert.Equal(limits.Select(limit => limit.Key), Readme.NamesInTable("limit").Select(name => char.ToLowerInvariant(name[0]) + name[1..]));
        foreach (var row in Readme.Table("limit").Where(row => !LimitsPageTests.OfTheMachine.ContainsKey(row[0].Trim('`'))))
        {
            var name = row[0].Trim('`');
            Assert.Equal(limits[char.ToLowerInvariant(name[0]) + name[1..]]!.GetValue<double>(), double.Parse(row[1], CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Its_layers_are_the_layers_that_there_are() =>
        Assert.Equal(LayerTable.All.Keys.Order(), Readme.Table("what").SelectMany(row => row[1].Split(", ")).Select(name => name.Trim('`')).Order());

    [Fact]
    public void The_factors_that_it_names_are_those_of_an_answer() =>
        Assert.Equal(typeof(JacobianFactors).GetProperties().Where(property => property.PropertyType == typeof(NdArray)).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)), Readme.NamesInTable("factor"));

    [Fact]
    public async Task Every_path_of_the_service_that_it_names_is_served()
    {
        using var client = application.CreateClient();
        var paths = Readme.InlineCode.Select(code => Endpoint().Match(code)).Where(match => match.Success).Select(match => match.Groups[1].Value).Distinct().ToList();
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
        var paths = Readme.InlineCode.Where(code => FilePath().IsMatch(code) && !code.StartsWith("application/", StringComparison.Ordinal) && !code.StartsWith("multipart/", StringComparison.Ordinal) && !code.EndsWith(".npy", StringComparison.Ordinal))
            .Concat(Readme.Links.Where(link => !link.Contains("://", StringComparison.Ordinal))).ToList();
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
