using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Hosting.Security;

/// <summary>Pages of other origins: none by default, and those that are configured.</summary>
public sealed class CrossOriginTests
{
    private const string Origin = "https://lab.example";

    [Fact]
    public async Task By_default_no_page_of_another_origin_may_read_an_answer()
    {
        await using var application = new GradApplication();
        using var answer = await AskAsync(application, Preflight());
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        using var plain = await AskAsync(application, new HttpRequestMessage(HttpMethod.Get, "/health/live"));
        Assert.False(plain.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_configured_origin_may_post_with_a_key()
    {
        await using var application = Keys.Service(("Security:CorsOrigins:0", "https://else.example"), ("Security:CorsOrigins:1", Origin));
        using var answer = await AskAsync(application, Preflight());
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal(Origin, Only(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("POST", Only(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("x-api-key", Only(answer, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task It_may_read_refusals_too()
    {
        await using var application = Keys.Service(("Security:CorsOrigins:0", Origin));
        using var answer = await AskAsync(application, new HttpRequestMessage(HttpMethod.Get, "/v1/capabilities"));
        Assert.Equal((401, Origin), ((int)answer.StatusCode, Only(answer, "Access-Control-Allow-Origin")));
        Assert.Contains("Retry-After", Only(answer, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_origin_may_not()
    {
        await using var application = new GradApplication { Settings = [("Security:CorsOrigins:0", "https://else.example")] };
        using var answer = await AskAsync(application, Preflight());
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("lab.example")]
    [InlineData("https://lab.example/")]
    [InlineData("https://lab.example/page")]
    [InlineData("ftp://lab.example")]
    public async Task What_is_no_origin_stops_the_start_and_is_named(string origin) =>
        Assert.Contains($"{origin} is none.",
            (await Assert.ThrowsAsync<OptionsValidationException>(() => RealStart.RunAsync($"--Security:CorsOrigins:0={origin}"))).Message,
            StringComparison.Ordinal);

    private static HttpRequestMessage Preflight() => new(HttpMethod.Options, "/v1/gradients")
    {
        Headers = { { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "content-type,x-api-key" } },
    };

    private static async Task<HttpResponseMessage> AskAsync(GradApplication application, HttpRequestMessage request)
    {
        request.Headers.Add("Origin", Origin);
        using var client = application.CreateClient();
        return await client.SendAsync(request);
    }

    private static string Only(HttpResponseMessage answer, string header) => string.Join(',', answer.Headers.GetValues(header));
}
