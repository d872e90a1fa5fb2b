using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GradService.Tests.Docs;

/// <summary>What CONTRIBUTING.md sends people to is there.</summary>
public sealed partial class ContributingTests
{
    private static readonly Markdown Guide = new(Repository.Read("CONTRIBUTING.md"));

    [Fact]
    public void Files_and_folders_that_it_names_are_there()
    {
        var paths = Guide.InlineCode.Where(code => RepositoryPath().IsMatch(code) && !code.Contains("NAME", StringComparison.Ordinal)).ToList();
        Assert.True(paths.Count > 20);
        Assert.All(paths, path => Assert.True(Repository.Has(path), $"{path} is not there"));
    }

    [Fact]
    public void A_member_s_file_goes_into_a_folder_that_is_there_beside_others()
    {
        const string File = "/NAME.cs";
        var folders = Guide.Table("family").SelectMany(row => new Markdown(row[1]).InlineCode)
            .Where(code => code.EndsWith(File, StringComparison.Ordinal)).Select(code => code[..^File.Length]).ToList();
        Assert.True(folders.Count > 5);
        Assert.All(folders, folder => Assert.NotEmpty(Directory.GetFiles(Repository.PathOf(folder), "*.cs")));
    }

    [Theory]
    [InlineData("UPDATE_OPENAPI=1", "GradService.Tests/Api/Documents/OpenApiFiles.cs")]
    [InlineData("UPDATE_FIGURES=1", "GradService.Tests/Api/Figures/GoldenFigureTests.cs")]
    [InlineData("CsCheck_Iter=10000", "GradService.Tests/Problems/RandomCases.cs")]
    public void A_variable_that_it_sets_is_read(string setting, string file)
    {
        Assert.Contains(Guide.CodeBlocks, block => block.Text.StartsWith($"{setting} dotnet test GradService.Tests ", StringComparison.Ordinal));
        Assert.Contains($"\"{setting.Split('=')[0]}\"", Repository.Read(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_of_tests_are_those_that_there_are() =>
        Assert.Equal(
            Directory.GetDirectories(Repository.PathOf("GradService.Tests")).Select(folder => Path.GetFileName(folder))
                .Except(["bin", "obj", "TestResults"]).Order(StringComparer.Ordinal),
            Guide.Table("folder of `GradService.Tests`").SelectMany(row => new Markdown(row[0]).InlineCode)
                .Select(folder => folder.TrimEnd('/')).Order(StringComparer.Ordinal));

    [Fact]
    public void The_changes_of_this_version_are_told()
    {
        var version = XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("Version").Single().Value;
        Assert.Contains($"\n## [{version}] - ", Repository.Read("CHANGELOG.md"), StringComparison.Ordinal);
    }

    /// <summary>From the root on, as "http/gradients.http"; "Goldens/" alone is none.</summary>
    [GeneratedRegex(@"^(GradService\.\w+|docs|http|build|observability|\.devcontainer|\.ci)/[\w./-]*$")]
    private static partial Regex RepositoryPath();
}
