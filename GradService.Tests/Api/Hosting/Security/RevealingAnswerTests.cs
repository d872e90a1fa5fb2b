using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using GradService.Domain.Gradients;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Hosting.Security;

/// <summary>Whatever is refused, and however, the answer says nothing of how the service is built or where it lies.</summary>
[Trait("Lane", "Slow")]
public sealed partial class RevealingAnswerTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private static readonly string[] Paths = ["/v1/gradients", "/v1/gradients/compare", "/v1/forward", "/v1/objectives", "/v1/objectives/compare"];

    private static readonly string[] Bodies =
    [
        "", "{", "[]", "null", "\"text\"", "{}", "{\"network\": 3}", "{\"network\": {\"inputShape\": [-1], \"layers\": []}, \"inputs\": [[1]]}",
        "{\"network\": {\"inputShape\": [9223372036854775807], \"layers\": [{\"type\": \"linear\", \"outFeatures\": 9223372036854775807}]}, \"inputs\": [[1]]}",
        "{\"network\": {\"inputShape\": [1], \"layers\": [{\"type\": \"System.Object\"}]}, \"inputs\": [[1]]}",
        "{\"network\": {\"inputShape\": [1], \"layers\": [{\"type\": \"linear\", \"outFeatures\": \"x\"}]}, \"inputs\": [[\"NaN\"]]}",
        "{\"network\": {\"inputShape\": [1], \"layers\": [{\"type\": \"batchNorm\"}]}, \"inputs\": [[1]], \"gradient\": {\"kind\": \"sum\"}}",
        "{\"a\": 1, \"a\": 2}", new string('[', 10_000), "{\"x\": \"\\ud800\"}", "\u0000", "{\"network\": {\"$type\": \"System.IO.FileInfo\"}}",
    ];

    public static TheoryData<string> Targets() => [.. Paths, "/nothing", "/swagger/nothing", "/..%2f..%2fetc/passwd", "/health/live", "/v1/capabilities"];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task No_answer_names_a_path_a_type_or_a_place_in_the_code(string path)
    {
        using var client = new HttpClient();
        var answers = new List<string>();
        foreach (var body in Bodies)
        {
            foreach (var type in new[] { "application/json", "text/plain", "application/x-npz", "application/json; charset=utf-7" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, application.Address + path)
                {
                    Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
                };
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
                using var answer = await client.SendAsync(request);
                Assert.InRange((int)answer.StatusCode, 400, 499);
                answers.Add($"{answer.Headers}{await answer.Content.ReadAsStringAsync()}");
            }
        }

        // Not what was sent: an answer may quote that.
        Assert.All(answers, answer => Assert.DoesNotMatch(Revealing(), answer.Replace("'System.Object'", "", StringComparison.Ordinal)));
        Assert.All(answers, answer => Assert.DoesNotContain(AppContext.BaseDirectory.TrimEnd('/'), answer, StringComparison.Ordinal));
        Assert.All(answers, answer => Assert.DoesNotContain(Repository.Root, answer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("no HTTP at all\r\n\r\n")]
    [InlineData("GET /v1/capabilities HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/capabilities HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("POST /v1/gradients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData(
        "POST /v1/gradients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n")]
    public async Task Nor_does_an_answer_to_what_is_hardly_HTTP(string request)
    {
        using var caller = new TcpClient();
        await caller.ConnectAsync("127.0.0.1", new Uri(application.Address).Port);
        await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(caller.GetStream());
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Matches("^HTTP/1.1 [45]0[0-9] ", answer);
        Assert.DoesNotMatch(Revealing(), answer);
    }

    [Fact]
    public async Task Nor_does_a_failure_that_nobody_foresaw()
    {
        await using var broken = new GradApplication
        {
            Additions = services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(services,
                (Func<IServiceProvider, GradientService>)(_ => throw new FileNotFoundException("/srv/secret/place.cs"))),
        };
        var answer = await ProblemAnswer.PostAsync(broken, "/v1/gradients", GoodRequests.Gradient().ToJsonString());
        Assert.Equal(500, answer.Status);
        Assert.DoesNotMatch(Revealing(), answer.Body.ToJsonString());
    }

    /// <summary>Names of types and files, frames of a stack, absolute paths, libtorch's own words.</summary>
    [GeneratedRegex(
        @"(?:System|Microsoft|TorchSharp|GradService)\.[A-Z]|\w+Exception\b|^\s+at |\.cs\b|\.dll\b|\.so\b|"
            + @"/(?:home|root|srv|tmp|usr|work|app)/|c10::|torch::|0x[0-9a-f]{6,}|Server: ", RegexOptions.Multiline)]
    private static partial Regex Revealing();
}
