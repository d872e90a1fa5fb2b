using System.Net;
using GradService.Tests.Api.Networks;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Hosting.Responses;

/// <summary>HEAD is GET without a body, on every path.</summary>
public sealed class HeadTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/playground/main.js")]
    [InlineData("/v1/capabilities")]
    [InlineData("/v1/networks")]
    [InlineData("/v1/networks/{id}")]
    [InlineData("/v1/networks/{id}/parameters")]
    [InlineData("/v1/names/headed")]
    [InlineData("/v1/names/nobody")]
    [InlineData("/Info")]
    [InlineData("/tesseract/headed/health")]
    [InlineData("/tesseract/headed/openapi.json")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    [InlineData("/nothing")]
    public async Task It_has_the_status_and_the_type_of_GET_and_no_body(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(application.Address) };
        path = path.Replace("{id}", await client.StoreAsync(NetworkRequests.Spec(1), "headed"), StringComparison.Ordinal);
        using var got = await client.GetAsync(path);
        using var headed = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal((got.StatusCode, got.Content.Headers.ContentType, got.Headers.ETag),
            (headed.StatusCode, headed.Content.Headers.ContentType, headed.Headers.ETag));
        Assert.Empty(await headed.Content.ReadAsByteArrayAsync());
        using var next = await client.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Where_there_is_no_GET_there_is_no_HEAD()
    {
        using var client = new HttpClient { BaseAddress = new Uri(application.Address) };
        using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/gradients"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }
}
