using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Hosting.ReverseProxy;

/// <summary>The service below a path, as a reverse proxy shows it.</summary>
[Trait("Lane", "Slow")]
public sealed class PathBaseTests(PathBaseTests.BelowGradService application) : IClassFixture<PathBaseTests.BelowGradService>
{
    public sealed class BelowGradService : GradApplication
    {
        public BelowGradService() => Settings = [("PathBase", "/gradservice")];
    }

    [Fact]
    public async Task Gradients_are_answered_below_the_path() =>
        await application.SucceedAsync("/gradservice/v1/gradients", GoodRequests.Gradient());

    [Theory]
    [InlineData("/gradservice/swagger/index.html")]
    [InlineData("/gradservice/swagger/swagger-ui.css")]
    [InlineData("/gradservice/swagger/v1/swagger.json")]
    [InlineData("/gradservice/v1/capabilities")]
    [InlineData("/gradservice/health/ready")]
    public async Task Pages_are_served_below_the_path(string path)
    {
        using var client = application.CreateClient();
        using var response = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_way_to_the_documentation_stays_below_the_path()
    {
        using var client = application.CreateClient();
        using var response = await client.GetAsync("/gradservice/swagger");
        Assert.Equal((HttpStatusCode.OK, "/gradservice/swagger/index.html"), (response.StatusCode, response.RequestMessage!.RequestUri!.AbsolutePath));
    }

    [Fact]
    public async Task The_documentation_fetches_the_document_from_below_the_path()
    {
        using var client = application.CreateClient();
        var page = await client.GetStringAsync("/gradservice/swagger/index.html");
        var script = await client.GetStringAsync("/gradservice/swagger/index.js");
        Assert.Contains("\"url\":\"v1/swagger.json\"", page + script, StringComparison.Ordinal);
        Assert.DoesNotContain("\"/swagger", page + script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_says_that_its_paths_are_below_the_path()
    {
        var document = await DocumentAsync("/gradservice/swagger/v1/swagger.json");
        var server = Assert.Single(document["servers"]!.AsArray());
        Assert.Equal("/gradservice", server!["url"]!.GetValue<string>());
        Assert.True(document["paths"]!.AsObject().ContainsKey("/v1/gradients"));
    }

    [Fact]
    public async Task An_unknown_path_is_told_where_to_look_below_the_path()
    {
        using var client = application.CreateClient();
        var answer = await ProblemAnswer.OfAsync(await client.GetAsync("/gradservice/v2"));
        Assert.Equal((404, "There is nothing at this path. GET /gradservice/v1/capabilities and /gradservice/swagger say what there is."),
            (answer.Status, answer.Detail));
    }

    [Fact]
    public async Task Only_a_whole_step_of_a_path_counts()
    {
        using var client = application.CreateClient();
        using var response = await client.GetAsync("/gradservices/v1/capabilities");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_health_check_need_not_know_the_path()
    {
        using var client = application.CreateClient();
        Assert.Equal("ready", JsonNode.Parse(await client.GetStringAsync("/health/ready"))!["status"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/gradservice/")]
    [InlineData("/a/b-c_d.e~f/1")]
    public async Task The_path_may_end_in_a_slash_have_several_steps_or_none(string path)
    {
        await using var other = new GradApplication { Settings = [("PathBase", path)] };
        await other.SucceedAsync($"{path.TrimEnd('/')}/v1/gradients", GoodRequests.Gradient());
        using var client = other.CreateClient();
        var document = JsonNode.Parse(await client.GetStringAsync($"{path.TrimEnd('/')}/swagger/v1/swagger.json"))!;
        Assert.Equal(path.Trim('/').Length == 0 ? "/" : path.TrimEnd('/'), document["servers"]?[0]?["url"]?.GetValue<string>());
    }

    [Theory]
    [InlineData("gradservice")]
    [InlineData("http://example.org/gradservice")]
    [InlineData("//gradservice")]
    [InlineData("/grad service")]
    [InlineData("/gradservice?x=1")]
    public async Task A_path_base_that_is_no_path_stops_the_start_and_is_told_what_is_one(string path) =>
        Assert.Equal(
            "DataAnnotation validation failed for 'ReverseProxyOptions' members: 'PathBase' with the error: 'PathBase must begin with a slash, as /gradservice "
                + "does, and consist of letters, digits and . _ ~ - between slashes.'.",
            (await Assert.ThrowsAsync<OptionsValidationException>(() => RealStart.RunAsync($"--PathBase={path}"))).Message);

    private async Task<JsonNode> DocumentAsync(string path)
    {
        using var client = application.CreateClient();
        return JsonNode.Parse(await client.GetStringAsync(path))!;
    }
}
