using System.Text;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Hosting.Security;

/// <summary>What browsers are told with every answer.</summary>
public sealed class SecurityHeaderTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    [Theory]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/metrics", 200)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/v1/gradients", 405)]
    [InlineData("POST", "/v1/gradients", 400)]
    [InlineData("GET", "/swagger/swagger-ui.css", 200)]
    public async Task Data_load_nothing_and_are_framed_by_nobody(string method, string path, int status)
    {
        using var answer = await AskAsync(method, path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Only(answer, "Content-Security-Policy"));
        AssertCommon(answer);
    }

    [Fact]
    public async Task A_page_has_its_own_scripts_and_nothing_from_elsewhere()
    {
        using var answer = await AskAsync("GET", "/swagger/index.html");
        var policy = Only(answer, "Content-Security-Policy").Split("; ");
        Assert.Subset(policy.ToHashSet(),
            new HashSet<string> { "default-src 'none'", "script-src 'self'", "connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'" });
        Assert.DoesNotContain(policy,
            directive => directive.Contains("unsafe", StringComparison.Ordinal) || directive.Contains("http", StringComparison.Ordinal)
                || directive.Contains('*', StringComparison.Ordinal));
        AssertCommon(answer);
    }

    [FactNeedsChromium]
    public async Task The_documentation_shows_in_a_browser_that_keeps_to_it()
    {
        var profile = Directory.CreateTempSubdirectory();
        try
        {
            var shown = await Tool.Chromium.RunAsync("-c", "chromium \"$@\" 2>&1", "-", "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server",
                $"--user-data-dir={profile.FullName}",
                "--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom", $"{application.Address}/swagger/index.html");
            Assert.Contains("data-path=\"/v1/gradients\"", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("CONSOLE", shown, StringComparison.Ordinal);
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    private static void AssertCommon(HttpResponseMessage answer)
    {
        Assert.Equal(("nosniff", "no-referrer"), (Only(answer, "X-Content-Type-Options"), Only(answer, "Referrer-Policy")));
        Assert.False(answer.Headers.Contains("Server") || answer.Headers.Contains("X-Powered-By"));
    }

    private static string Only(HttpResponseMessage answer, string header) => Assert.Single(answer.Headers.GetValues(header));

    private async Task<HttpResponseMessage> AskAsync(string method, string path)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), application.Address + path);
        request.Content = method == "POST" ? new StringContent("{", Encoding.UTF8, "application/json") : null;
        return await client.SendAsync(request);
    }
}
