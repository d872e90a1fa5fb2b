using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GradService.Api.Documents;
using GradService.Tests.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Docs;

/// <summary>The errors of docs/limits-and-errors.md: every status that there is, each with an answer that the service gives.</summary>
[Trait("Lane", "Slow")]
public sealed partial class ErrorsPageTests
{
    private static readonly Markdown Page = new(Repository.Read("docs/limits-and-errors.md"));

    public static TheoryData<string> Statuses() => [.. Page.Table("status").Select(row => row[0]).Where(status => status != "408")];

    /// <summary>No client sends half a body, and this one has to come over a real socket.</summary>
    [Fact]
    public async Task The_answer_to_half_a_body_is_as_shown()
    {
        var (request, shown) = Assert.Single(Examples(), example => StatusOf(example.Answer) == "408");
        var half = Assert.Single(HttpFile.Parse(request.Text).Requests);
        await using var application = new LoopbackApplication(SettingsOf(request));
        using var connection = await RawConnection.OpenAsync(application.ClientOptions.BaseAddress);
        await connection.SendAsync(
            $"{half.Method} {half.Url} "
                + $"HTTP/1.0\r\n{string.Concat(half.Headers.Select(header => $"{header.Key}: {header.Value}\r\n"))}Content-Length: 1000\r\n\r\n{half.Body}");
        var (status, body) = RawConnection.Read(await connection.ReadToEndAsync());
        Figures.AssertShownJson(shown.Text, body.ToJsonString());
        Assert.Equal(408, status);
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task The_answer_with_this_status_is_as_shown(string status)
    {
        var (request, shown) = Assert.Single(Examples(), example => StatusOf(example.Answer) == status);
        await using var application = new GradApplication { Settings = SettingsOf(request) };
        using var thread = status is "429" or "503" ? new HeldThread(application) : null;
        using var waiting = status is "429" ? await WaitingAsync(application, thread!, request) : null;
        using var client = application.CreateClient();
        foreach (var before in Requests(request).SkipLast(1))
        {
            using var answer = await client.SendAsync(before);
            Assert.True(answer.IsSuccessStatusCode);
        }

        using var response = await client.SendAsync(Message(request));
        Figures.AssertShownJson(shown.Text, await response.Content.ReadAsStringAsync());
        Assert.Equal(status, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(RowOf(status)[2].Contains("`Retry-After`", StringComparison.Ordinal), response.Headers.RetryAfter is not null);
        Assert.Equal(RowOf(status)[1].Contains("`Allow`", StringComparison.Ordinal), response.Content.Headers.Allow.Count > 0);
    }

    [Fact]
    public void Every_status_of_the_table_has_an_example_in_that_order() =>
        Assert.Equal(Page.Table("status").Select(row => row[0]), Examples().Select(example => StatusOf(example.Answer)));

    [Fact]
    public async Task Every_status_that_an_endpoint_documents_is_in_the_table()
    {
        await using var application = new GradApplication();
        var documented = application.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .SelectMany(endpoint => endpoint.Metadata.GetOrderedMetadata<DocumentedProblem>())
            .Select(problem => problem.StatusCode.ToString(CultureInfo.InvariantCulture)).ToHashSet();
        Assert.NotEmpty(documented);
        Assert.Subset(Page.Table("status").Select(row => row[0]).ToHashSet(), documented);
    }

    private static IEnumerable<(CodeBlock Request, CodeBlock Answer)> Examples() =>
        Page.CodeBlocks.Zip(Page.CodeBlocks.Skip(1)).Where(pair => pair.First.Language == "http").Select(pair => (pair.First, pair.Second));

    private static string StatusOf(CodeBlock answer) => JsonNode.Parse(answer.Text)!["status"]!.ToJsonString();

    private static string[] RowOf(string status) => Page.Table("status").Single(row => row[0] == status);

    private static IReadOnlyList<(string, string)> SettingsOf(CodeBlock request) =>
        [.. Setting().Matches(request.Text).Select(match => (match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal), match.Groups[2].Value))];

    /// <summary>The request that is refused; those before it in the example only prepare it.</summary>
    private static HttpRequestMessage Message(CodeBlock block) => Requests(block)[^1];

    private static IReadOnlyList<HttpRequestMessage> Requests(CodeBlock block) => [.. HttpFile.Parse(block.Text).Requests.Select(Message)];

    private static HttpRequestMessage Message(HttpFileRequest request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Url);
        foreach (var (name, value) in request.Headers)
        {
            if (name == "Content-Type")
            {
                message.Content = new StringContent(request.Body, Encoding.UTF8, MediaTypeHeaderValue.Parse(value));
            }
            else
            {
                message.Headers.Add(name, value);
            }
        }

        return message;
    }

    /// <summary>A request that waits for the thread until the client is disposed of.</summary>
    private static async Task<HttpClient> WaitingAsync(GradApplication application, HeldThread thread, CodeBlock request)
    {
        var client = application.CreateClient();
        _ = client.SendAsync(Message(request));
        while (thread.Waiting == 0)
        {
            await Task.Yield();
        }

        return client;
    }

    [GeneratedRegex(@"^# (\w+__\w+)=(\S+)$", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
