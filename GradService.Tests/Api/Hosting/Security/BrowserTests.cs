using System.Net;
using System.Net.Http.Headers;
using System.Text;
using GradService.Api.Hosting.Security;
using GradService.Tests.Api.Networks;
using GradService.Tests.Docs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace GradService.Tests.Api.Hosting.Security;

/// <summary>A service on one's own machine, without keys, and the pages that one's browser has open.</summary>
public sealed class BrowserTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private const string Evil = "https://evil.example";

    public static TheoryData<string, string> Forms() => new()
    {
        { "/v1/networks", "multipart/form-data" },
        { "/v1/networks/upload", "multipart/form-data" },
        { "/v1/networks", "application/json" },
        { "/v1/gradients", "application/json" },
        { "/Evaluate", "text/plain" },
        { "/ModelInfo", "application/x-www-form-urlencoded" },
        { "/tesseract/any/apply", "text/plain" },
        { "/v1/figures", "text/plain" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task What_a_page_of_another_origin_sends_is_refused_whatever_it_is(string path, string type)
    {
        foreach (var (name, value) in new[] { ("Origin", Evil), ("Origin", "null"), ("Origin", "http://127.0.0.1:1"), ("Sec-Fetch-Site", "cross-site") })
        {
            using HttpContent content = type == "multipart/form-data"
                ? NetworkRequests.Form(NetworkRequests.Spec(1), null)
                : Text("""{ "name": "any", "input": [[0]] }""", type);
            using var answer = await SendAsync(HttpMethod.Post, path, content, [(name, value)]);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("Security:CorsOrigins", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("PUT", "/v1/names/a")]
    [InlineData("DELETE", "/v1/names/a")]
    [InlineData("DELETE", "/v1/networks/a")]
    public async Task Nor_does_it_move_or_delete_anything(string method, string path)
    {
        using var answer = await SendAsync(new HttpMethod(method), path, null, [("Origin", Evil)]);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Its_own_pages_and_programs_are_answered()
    {
        var good = GoodRequests.Gradient().ToJsonString();
        foreach (var headers in new (string, string)[][] { [], [("Origin", application.Address)],
            [("Origin", "https://proxy.example"), ("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")] })
        {
            using var answer = await SendAsync(HttpMethod.Post, "/v1/gradients", Text(good, "application/json"), headers);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_configured_origin_is_answered_and_all_are_where_all_are_configured()
    {
        foreach (var allowed in new[] { Evil, "*" })
        {
            await using var other = new GradApplication { Settings = [("Security:CorsOrigins:0", allowed)] };
            using var client = other.With("Origin", Evil);
            using var answer = await client.PostAsync("/v1/gradients", Text(GoodRequests.Gradient().ToJsonString(), "application/json"));
            Assert.Equal((HttpStatusCode.OK, true), (answer.StatusCode, answer.Headers.Contains("Access-Control-Allow-Origin")));
        }
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:5080")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("192.0.2.7")]
    public async Task A_name_that_leads_to_this_machine_is_none_of_the_services(string host)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/v1/networks", null, [("Host", host)]);
        var problem = await ProblemAnswer.OfAsync(answer);
        Assert.Equal(400, problem.Status);
        Assert.Contains("AllowedHosts", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_proxy_says_of_it_is_not_asked()
    {
        await using var behind = new LoopbackApplication(("FORWARDEDHEADERS_ENABLED", "true"));
        using var client = new HttpClient();
        using var good = new HttpRequestMessage(HttpMethod.Get, behind.Address + "/v1/networks")
        {
            Headers = { { "X-Forwarded-Host", "grad.example" }, { "X-Forwarded-Proto", "https" } },
        };
        using var answer = await client.SendAsync(good);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var page = new HttpRequestMessage(HttpMethod.Post, behind.Address + "/v1/gradients")
        {
            Headers = { { "X-Forwarded-Host", "grad.example" }, { "Origin", "https://grad.example" } },
            Content = Text(GoodRequests.Gradient().ToJsonString(), "application/json"),
        };
        using var own = await client.SendAsync(page);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        using var bad = new HttpRequestMessage(HttpMethod.Get, behind.Address + "/v1/networks")
        {
            Headers = { { "X-Forwarded-Host", "localhost" }, { "Host", "evil.example" } },
        };
        Assert.Equal(400, (await ProblemAnswer.OfAsync(await client.SendAsync(bad))).Status);
    }

    [Theory]
    [InlineData("", "localhost:5080", "127.0.0.1", true)]
    [InlineData("", "LOCALHOST", "127.0.0.1", true)]
    [InlineData("", "grad.localhost", "127.0.0.1", true)]
    [InlineData("", "127.0.0.1:5080", "127.0.0.1", true)]
    [InlineData("", "[::1]:5080", "::1", true)]
    [InlineData("", "localhost", "::ffff:127.0.0.1", true)]
    [InlineData("", "", "127.0.0.1", true)]
    [InlineData("", "evil.example", "127.0.0.1", false)]
    [InlineData("", "evil.example", "::1", false)]
    [InlineData("", "grad.example", "192.0.2.7", true)]
    [InlineData("", "grad.example", null, true)]
    [InlineData("grad.example", "grad.example:8443", "127.0.0.1", true)]
    [InlineData("*.lab.example", "grad.lab.example", "127.0.0.1", true)]
    [InlineData("grad.example", "localhost", "127.0.0.1", true)]
    [InlineData("grad.example", "localhost", "192.0.2.7", false)]
    [InlineData("grad.example; other.example", "evil.example", "127.0.0.1", false)]
    [InlineData("localhost;127.0.0.1;[::1];gradservice", "[::1]:8080", "172.18.0.2", true)]
    public void On_loopback_its_names_and_the_configured_ones_are_hosts_elsewhere_the_configured_ones_or_all(string allowed, string host,
        string? local, bool isAllowed)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("AllowedHosts", allowed)]).Build();
        Assert.Equal(isAllowed, new RequestHosts(configuration)
            .IsAllowed(host.Length == 0 ? default : new HostString(host), local is null ? null : IPAddress.Parse(local)));
    }

    private static StringContent Text(string text, string type) => new(text, Encoding.UTF8, MediaTypeHeaderValue.Parse(type));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content,
        params IReadOnlyList<(string Name, string Value)> headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, application.Address + path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }
}
