using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Docs;

/// <summary>The .http files do what their comments say.</summary>
[Collection(SharedApplication.Name)]
public sealed partial class HttpFileTests(GradApplication application)
{
    public static TheoryData<string> Files() => [.. Names];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_request_from_top_to_bottom_is_answered_as_its_comment_says(string file)
    {
        var parsed = Read(file);
        using var client = application.CreateClient();
        var run = new HttpFileRun(parsed, client);
        var broken = new List<string>();
        foreach (var request in parsed.Requests)
        {
            if (await run.SendAsync(request) is { } what)
            {
                broken.Add($"http/{file}:{request.Line} {request.Name}: {what}");
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_request_has_a_title_a_name_of_its_own_and_an_expectation(string file)
    {
        var requests = Read(file).Requests;
        Assert.NotEmpty(requests);
        Assert.All(requests,
            request => Assert.True(request.Title.Length > 0 && request.Name.Length > 0 && request.Expectation.Length > 0, $"http/{file}:{request.Line}"));
        Assert.Distinct(requests.Select(request => request.Name));
    }

    [Fact]
    public void The_address_is_where_the_service_listens_by_default_for_every_editor()
    {
        Assert.Equal("http://127.0.0.1:5080", Environment["address"]);
        var ofRestClient = JsonNode.Parse(Repository.Read(".vscode/settings.json"))!["rest-client.environmentVariables"]!["$shared"]!;
        Assert.Equal(Environment["address"], (string)ofRestClient["address"]!);
    }

    [Fact]
    public void Every_mode_and_every_kind_is_shown()
    {
        var bodies = string.Concat(Read("gradients.http").Requests.Select(request => request.Body));
        Assert.Equal(BatchNormMode.All.Select(mode => mode.Name).Order(), Mode().Matches(bodies).Select(match => match.Groups[1].Value).Distinct().Order());
        Assert.Equal(QuestionTable.All.Keys.Order(), Kind().Matches(bodies).Select(match => match.Groups[1].Value).Distinct().Order());
    }

    [Fact]
    public void Every_endpoint_is_shown()
    {
        var shown = Names.SelectMany(file => Read(file).Requests)
            .Select(request => $"{request.Method} {request.Url.Replace("{{address}}", "", StringComparison.Ordinal).Split('?')[0]}").ToHashSet();
        Assert.All(Endpoints(), endpoint => Assert.Contains(shown, request => Regex.IsMatch(request, $"^{RouteParameter().Replace(endpoint, "[^/]+")}$")));
    }

    [Fact]
    public void A_file_is_read_as_editors_read_it()
    {
        var file = HttpFile.Parse(
            "# head\n\n@host = http://h\n\n### One\n# @name one\n# expect 200\nGET {{host}}/a\n\n### Two\n// aside\nPOST {{host}}/b\nX-Y: z\n\n{\n\n}\n");
        Assert.Equal("http://h", file.Variables["host"]);
        Assert.Equal(["One", "Two"], file.Requests.Select(request => request.Title));
        Assert.Equal([("GET", "{{host}}/a", "", 8), ("POST", "{{host}}/b", "{\n\n}", 12)],
            file.Requests.Select(request => (request.Method, request.Url, request.Body, request.Line)));
        Assert.Equal(("one", "200"), (file.Requests[0].Name, file.Requests[0].Expectation));
        Assert.Equal([new("X-Y", "z")], file.Requests[1].Headers);
    }

    private static IEnumerable<string> Names => Directory.GetFiles(Repository.PathOf("http"), "*.http").Select(path => Path.GetFileName(path)).Order();

    private static HttpFile Read(string file) => HttpFile.Parse(Repository.Read($"http/{file}")) with { Variables = Environment };

    private static Dictionary<string, string> Environment { get; } =
        JsonNode.Parse(Repository.Read("http/http-client.env.json"))!["dev"].Deserialize<Dictionary<string, string>>()!;

    private static readonly string[] Shown = ["/v1/", "/health/", "/tesseract/"];

    /// <summary>"POST /v1/gradients" and its like, without Swagger's own.</summary>
    private IEnumerable<string> Endpoints() =>
        from endpoint in application.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = "/" + endpoint.RoutePattern.RawText!.Trim('/')
        where Shown.Any(start => path.StartsWith(start, StringComparison.Ordinal)) || (path.Length > 1 && char.IsUpper(path[1]))
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
        select $"{method} {path}";

    [GeneratedRegex("{[^{}]+}")]
    private static partial Regex RouteParameter();

    [GeneratedRegex("\"mode\": (?:{ \"type\": )?\"(\\w+)\"")]
    private static partial Regex Mode();

    [GeneratedRegex("\"kind\": \"(\\w+)\"")]
    private static partial Regex Kind();
}
