using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Security;
using Microsoft.AspNetCore.Mvc.Testing;

namespace GradService.Tests.Playground;

/// <summary>The files of the playground as they come over HTTP.</summary>
[Collection(SharedApplication.Name)]
public sealed partial class PlaygroundFilesTests(GradApplication application)
{
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task The_root_is_a_page(string method)
    {
        using var answer = await SendAsync(method, "/");
        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal(method == "HEAD", (await answer.Content.ReadAsStringAsync()).Length == 0);
        Assert.True(answer.Content.Headers.ContentLength > 1000);
    }

    [Fact]
    public async Task Another_method_is_405_and_told_the_right_ones()
    {
        using var answer = await SendAsync("POST", "/");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task All_of_it_together_is_under_300_kB_as_it_is_and_under_a_third_of_that_compressed()
    {
        var sizes = await Task.WhenAll((await FilesAsync()).Select(async path => (Plain: await SizeAsync(path, null), Packed: await SizeAsync(path, "br"))));
        Assert.InRange(sizes.Sum(size => size.Plain), 10_000, 300_000);
        Assert.InRange(sizes.Sum(size => size.Packed), 5_000, 100_000);
    }

    [Fact]
    public async Task Every_file_is_fresh_for_as_long_as_its_tag_says_so()
    {
        foreach (var path in await FilesAsync())
        {
            using var first = await SendAsync("GET", path);
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            Assert.True(first.Headers.CacheControl!.NoCache);
            using var again = await SendAsync("GET", path, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!));
            Assert.Equal((HttpStatusCode.NotModified, first.Headers.ETag), (again.StatusCode, again.Headers.ETag));
            Assert.False(again.Headers.Contains("Content-Security-Policy"), "It would take the place of the policy that the file came with.");
            using var other = await SendAsync("GET", path, request => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"other\"")));
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }
    }

    [Fact]
    public async Task The_page_obeys_its_policy_loads_nothing_from_elsewhere_and_names_no_path_from_the_root()
    {
        using var answer = await SendAsync("GET", "/");
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Equal(("nosniff", "no-referrer"),
            (Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")), Assert.Single(answer.Headers.GetValues("Referrer-Policy"))));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotMatch(@"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page);
        Assert.All(References().Matches(page).Select(match => match.Groups[1].Value), reference => Assert.DoesNotMatch("^(/|[a-z]+:)", reference));
        foreach (var path in await FilesAsync())
        {
            // The namespace of SVG is a name, no address.
            var text = (await (await SendAsync("GET", path)).Content.ReadAsStringAsync()).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            Assert.DoesNotContain("//www", text, StringComparison.Ordinal);
            Assert.DoesNotMatch("""https?://|@import|innerHTML|\beval\(""", text);
        }
    }

    /// <summary>What is named before it is needed comes in one go, and not import by import.</summary>
    [Fact]
    public async Task Every_module_is_named_in_the_page()
    {
        var named = await FilesAsync();
        foreach (var module in named.Where(path => path.EndsWith(".js", StringComparison.Ordinal)))
        {
            var text = await (await SendAsync("GET", module)).Content.ReadAsStringAsync();
            Assert.All(Imports().Matches(text).Select(match => $"/playground/{match.Groups[1].Value}"), import => Assert.Contains(import, named));
        }
    }

    [Fact]
    public async Task Page_and_files_need_no_key_where_the_rest_does()
    {
        await using var locked = Keys.Service();
        using var client = locked.CreateClient();
        foreach (var path in await FilesAsync())
        {
            using var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Below_a_path_base_the_path_without_a_slash_leads_to_the_one_with_it()
    {
        await using var below = new GradApplication { Settings = [("PathBase", "/gradservice")] };
        using var client = below.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        using var answer = await client.GetAsync("/gradservice");
        Assert.Equal((HttpStatusCode.Found, "/gradservice/"), (answer.StatusCode, answer.Headers.Location!.ToString()));
        using var page = await client.GetAsync("/gradservice/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    /// <summary>"/" and what it loads.</summary>
    private async Task<IReadOnlyList<string>> FilesAsync()
    {
        using var answer = await SendAsync("GET", "/");
        var files = References().Matches(await answer.Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value)
            .Where(path => path.StartsWith("playground/", StringComparison.Ordinal)).Select(path => $"/{path}").Distinct().ToList();
        Assert.True(files.Count > 10);
        return ["/", .. files];
    }

    private async Task<int> SizeAsync(string path, string? encoding)
    {
        using var answer = await SendAsync("GET", path, request =>
        {
            if (encoding is not null)
            {
                request.Headers.AcceptEncoding.ParseAdd(encoding);
            }
        });
        Assert.Equal(encoding is null ? [] : [encoding], answer.Content.Headers.ContentEncoding);
        return (await answer.Content.ReadAsByteArrayAsync()).Length;
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, Action<HttpRequestMessage>? also = null)
    {
        using var client = application.CreateClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        also?.Invoke(request);
        return await client.SendAsync(request);
    }

    [GeneratedRegex("(?:href|src)=\"([^\"#]*)")]
    private static partial Regex References();

    [GeneratedRegex(@"from '\./([\w.]+)'")]
    private static partial Regex Imports();
}
