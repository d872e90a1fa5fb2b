using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using GradService.Tests.Api;
using GradService.Tests.Docs;
using GradService.Tests.House;

namespace GradService.Tests.Deployment;

/// <summary>The Dockerfile, checked against the project where nothing can build it.</summary>
public sealed partial class DockerfileTests
{
    private const string Project = "GradService.Api/GradService.Api.csproj";

    private static DockerStage Build => Assert.Single(Dockerfile.OfTheProject.Stages, stage => stage.Name == "build");

    private static DockerStage Image => Dockerfile.OfTheProject.Image;

    private static DockerInstruction Restore => Assert.Single(Build.All("RUN"), run => run.Arguments.StartsWith("dotnet restore", StringComparison.Ordinal));

    private static DockerInstruction Publish => Assert.Single(Build.All("RUN"), run => run.Arguments.StartsWith("dotnet publish", StringComparison.Ordinal));

    [Fact]
    public void Everything_that_is_copied_is_there_and_nothing_of_it_is_ignored() =>
        Assert.All(Dockerfile.OfTheProject.Stages.SelectMany(stage => stage.Copied), copy => Assert.NotEmpty(ImageContents.FilesOf(copy.Source)));

    [Fact]
    public void A_file_is_copied_to_where_it_is_in_the_project() =>
        Assert.All(Build.Copied, copy => Assert.Equal(
            File.Exists(Repository.PathOf(copy.Source)) ? Path.GetDirectoryName(copy.Source)! : copy.Source.TrimEnd('/'),
            copy.Destination.TrimStart('.').Trim('/')));

    [Fact]
    public void Every_project_that_the_service_needs_is_there_before_packages_are_restored() =>
        Assert.Subset(ImageContents.Before(Build, Restore), ImageContents.ProjectsFor(Project).ToHashSet());

    [Fact]
    public void Every_source_of_these_projects_is_there_before_they_are_built() =>
        Assert.Subset(ImageContents.Before(Build, Publish),
            ImageContents.ProjectsFor(Project).SelectMany(project => SourceFiles.Under(Path.GetDirectoryName(project)!)).ToHashSet());

    [Fact]
    public void What_projects_embed_or_hand_to_analysers_is_there_before_they_are_built() =>
        Assert.All(
            from project in ImageContents.ProjectsFor(Project)
            from item in XDocument.Parse(Repository.Read(project)).Descendants()
                .Where(item => item.Name.LocalName is "EmbeddedResource" or "AdditionalFiles" or "Content")
            let include = item.Attribute("Include")?.Value
            where include is not null
            select Path.GetDirectoryName($"{Path.GetDirectoryName(project)}/{include}")!,
            folder => Assert.Contains(ImageContents.Before(Build, Publish), file => file.StartsWith(folder + "/", StringComparison.Ordinal)));

    [Fact]
    public void What_MSBuild_reads_from_the_root_is_there_before_packages_are_restored()
    {
        string[] patterns = ["Directory.*", "global.json", "*.config", ".editorconfig"];
        var needed = patterns.SelectMany(pattern => Directory.EnumerateFiles(Repository.Root, pattern)).Select(file => Path.GetFileName(file)!).ToHashSet();
        Assert.Superset(new HashSet<string> { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json" }, needed);
        Assert.Subset(ImageContents.Before(Build, Restore), needed);
    }

    [Fact]
    public void What_build_files_import_is_there_before_packages_are_restored()
    {
        var imports = Directory.EnumerateFiles(Repository.Root, "Directory.*").SelectMany(file => XDocument.Load(file).Descendants("Import"))
            .Select(import => import.Attribute("Project")!.Value).ToHashSet();
        Assert.NotEmpty(imports);
        Assert.Subset(ImageContents.Before(Build, Restore), imports.SelectMany(import => ImageContents.FilesOf(Path.GetDirectoryName(import)!)).ToHashSet());
        Assert.Subset(ImageContents.Before(Build, Restore), imports);
    }

    [Fact]
    public void Neither_tests_nor_builds_of_this_machine_are_copied() =>
        Assert.DoesNotContain(ImageContents.Before(Build, Publish),
            file => file.Contains("/bin/", StringComparison.Ordinal) || file.Contains("/obj/", StringComparison.Ordinal)
                || file.StartsWith("GradService.Tests/", StringComparison.Ordinal));

    [Fact]
    public void The_service_is_restored_and_published_once_in_Release_without_restoring_again()
    {
        // Restoring must know that code will be compiled ahead: the compiler for that is a package.
        Assert.Equal($"dotnet restore {Path.GetDirectoryName(Project)} -p:PublishReadyToRun=true", Restore.Arguments);
        Assert.StartsWith($"dotnet publish {Path.GetDirectoryName(Project)} --configuration Release --no-restore -p:PublishReadyToRun=true --output ",
            Publish.Arguments, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build", "sdk")]
    [InlineData("", "aspnet")]
    public void Base_images_are_those_of_the_framework_on_Ubuntu(string stage, string image)
    {
        var framework = XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("TargetFramework").Single().Value
            .Replace("net", "", StringComparison.Ordinal);
        Assert.Equal($"mcr.microsoft.com/dotnet/{image}:{framework}-noble", Assert.Single(Dockerfile.OfTheProject.Stages, each => each.Name == stage).From);
    }

    [Fact]
    public void The_SDK_of_the_base_image_is_one_that_global_json_takes()
    {
        var sdk = JsonNode.Parse(Repository.Read("global.json"))!["sdk"]!;
        Assert.StartsWith(Build.From.Split(':')[1].Split('-')[0] + ".", sdk["version"]!.GetValue<string>(), StringComparison.Ordinal);

        // The image has the newest feature band.
        Assert.StartsWith("latest", sdk["rollForward"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_holds_what_was_published_and_starts_it_there()
    {
        var copy = Image.Only("COPY");
        Assert.Equal("build", copy.Flag("from"));
        Assert.EndsWith($"--output {copy.Words[0]}", Publish.Arguments, StringComparison.Ordinal);
        Assert.Equal(".", copy.Words[1]);
        Assert.True(Image.Instructions.IndexOf(Image.Only("WORKDIR")) < Image.Instructions.IndexOf(copy));
        Assert.Equal(["dotnet", $"{typeof(Program).Assembly.GetName().Name}.dll"], Image.Only("ENTRYPOINT").Exec);
    }

    [Fact]
    public void It_runs_as_the_unprivileged_user_of_the_base_image_who_has_the_folder_of_networks_and_nothing_else()
    {
        var folder = Image.Environment["Storage__Folder"];
        Assert.Equal("$APP_UID", Image.Only("USER").Arguments);
        Assert.Equal($"mkdir {folder} && chown $APP_UID {folder}", Image.Only("RUN").Arguments);
        Assert.Equal(folder, Image.Only("VOLUME").Arguments);
        Assert.True(Image.Instructions.IndexOf(Image.Only("RUN")) < Image.Instructions.IndexOf(Image.Only("VOLUME"))
            && Image.Instructions.IndexOf(Image.Only("RUN")) < Image.Instructions.IndexOf(Image.Only("USER")));
    }

    [Fact]
    public void The_port_is_the_same_wherever_it_is_named()
    {
        var port = Image.Only("EXPOSE").Arguments;
        Assert.Equal($"http://+:{port}", Image.Environment["ASPNETCORE_URLS"]);
        Assert.Contains($"/dev/tcp/127.0.0.1/{port} ", Image.Only("HEALTHCHECK").Exec[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void No_port_is_named_in_the_second_way_of_the_base_image() => Assert.Equal("", Image.Environment["ASPNETCORE_HTTP_PORTS"]);

    [Fact]
    public void Every_variable_is_known() => Assert.All(Image.Environment, variable => Assert.Null(Variables.WhyWrong(variable.Key, variable.Value)));

    [Fact]
    public async Task The_health_check_asks_an_endpoint_that_there_is()
    {
        await using var application = new GradApplication();
        using var client = application.CreateClient();
        using var response = await client.GetAsync(HealthPath().Match(Image.Only("HEALTHCHECK").Exec[^1]).Groups[1].Value);
        response.EnsureSuccessStatusCode();
    }

    [Fact]
    public void The_health_check_gives_up_before_the_next_one_is_due()
    {
        var check = Image.Only("HEALTHCHECK");
        Assert.InRange(Seconds(check.Flag("timeout")), 1, Seconds(check.Flag("interval")) - 1);
        Assert.InRange(Seconds(check.Flag("start-period")), 5, 60);
    }

    [Fact]
    public void A_Dockerfile_is_read_as_Docker_reads_it()
    {
        var file = Dockerfile.Parse(
            "# head\nFROM a:1 AS one\nCOPY x y/ z/\nENV A=1 \\\n    # between\n    B=\n\nFROM b:2\nCOPY --from=one /o .\nCMD [\"x\", \"[y]\"]\n");
        Assert.Equal([("a:1", "one"), ("b:2", "")], file.Stages.Select(stage => (stage.From, stage.Name)));
        Assert.Equal([("x", "z/"), ("y/", "z/")], file.Stages[0].Copied);
        Assert.Equal(new Dictionary<string, string> { ["A"] = "1", ["B"] = "" }, file.Stages[0].Environment);
        Assert.Empty(file.Image.Copied);
        Assert.Equal(["x", "[y]"], file.Image.Only("CMD").Exec);
    }

    [Theory]
    [InlineData("a/bin/x", true)]
    [InlineData("bin/x", true)]
    [InlineData("a/binary/x", false)]
    [InlineData("docs/x/y", true)]
    [InlineData("a/docs/x", false)]
    [InlineData("x.log", true)]
    [InlineData("a/x.log", false)]
    [InlineData("keep.log", false)]
    public void Ignored_files_are_those_that_Docker_ignores(string path, bool ignored) =>
        Assert.Equal(ignored, new DockerIgnore("# head\n**/bin/\n/docs\n*.log\n!keep.log\n").Ignores(path));

    private static int Seconds(string? flag) => int.Parse(flag!.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex("GET (/[a-z/]+) HTTP")]
    private static partial Regex HealthPath();
}
