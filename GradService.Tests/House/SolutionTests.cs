using System.Xml.Linq;
using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>The solution as a whole.</summary>
public sealed class SolutionTests
{
    private static IReadOnlyList<string> Projects { get; } = [.. Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))];

    private static IReadOnlyList<string> Sources { get; } = SourceFiles.Under("");

    [Fact]
    public void The_solution_has_every_project()
    {
        var solution = Repository.Read("GradService.sln").Replace('\\', '/');
        Assert.NotEmpty(Projects);

        // Generated clients do not compile before they are generated.
        Assert.All(Projects.Where(project => !project.StartsWith("clients/", StringComparison.Ordinal)),
            project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_place() =>
        Assert.All(Projects, project => Assert.DoesNotContain(XDocument.Parse(Repository.Read(project)).Descendants("PackageReference"),
            package => package.Attribute("Version") is not null || package.Element("Version") is not null || package.Attribute("VersionOverride") is not null));

    [Fact]
    public void Every_version_is_of_a_package_in_use()
    {
        var used = Projects.SelectMany(project => XDocument.Parse(Repository.Read(project)).Descendants("PackageReference"))
            .Select(package => package.Attribute("Include")!.Value).ToHashSet();
        Assert.All(XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion"),
            package => Assert.Contains(package.Attribute("Include")!.Value, used));
    }

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.DoesNotContain(Sources, file => Repository.Read(file).Split('\n').Length > 401);

    [Fact]
    public void No_file_is_a_drawer_for_everything() =>
        Assert.DoesNotContain(Sources, file => file.Contains("Helper", StringComparison.Ordinal) || file.Contains("Util", StringComparison.Ordinal));
}
