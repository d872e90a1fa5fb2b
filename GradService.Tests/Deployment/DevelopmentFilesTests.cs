using System.Text.Json.Nodes;
using GradService.Tests.Docs;

namespace GradService.Tests.Deployment;

/// <summary>Files for editors: they start the service as the README does, and build it with the SDK of the image.</summary>
public sealed class DevelopmentFilesTests
{
    private static JsonObject Profiles => JsonNode.Parse(Repository.Read("GradService.Api/Properties/launchSettings.json"))!["profiles"]!.AsObject();

    [Fact]
    public void The_first_profile_which_dotnet_run_takes_changes_nothing() =>
        Assert.Equal(["commandName"], Profiles.First().Value!.AsObject().Select(setting => setting.Key));

    /// <summary>It would win over ASPNETCORE_URLS.</summary>
    [Fact]
    public void No_profile_says_where_to_listen() => Assert.All(Profiles, profile => Assert.False(profile.Value!.AsObject().ContainsKey("applicationUrl")));

    [Fact]
    public void Variables_of_profiles_are_known_and_in_range()
    {
        var variables = Profiles.SelectMany(profile => profile.Value!["environmentVariables"]?.AsObject().ToList() ?? []).ToList();
        Assert.NotEmpty(variables);
        Assert.All(variables, variable => Assert.Null(Variables.WhyWrong(variable.Key, variable.Value!.GetValue<string>())));
    }

    [Fact]
    public void The_development_container_has_the_SDK_that_the_image_is_built_with() =>
        Assert.Contains(
            $"FROM {JsonNode.Parse(Repository.Read(".devcontainer/devcontainer.json"))!["image"]} AS build\n", Repository.Read("Dockerfile"),
            StringComparison.Ordinal);

    [Fact]
    public void The_filter_of_the_solution_is_what_the_image_is_built_of()
    {
        var filter = JsonNode.Parse(Repository.Read("GradService.slnf"))!["solution"]!;
        Assert.Equal("GradService.sln", filter["path"]!.GetValue<string>());
        Assert.Equal(
            ImageContents.ProjectsFor("GradService.Api/GradService.Api.csproj").Order(StringComparer.Ordinal),
            filter["projects"]!.AsArray().Select(project => project!.GetValue<string>()).Order(StringComparer.Ordinal));
    }
}
