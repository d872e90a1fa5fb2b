using System.Net;
using System.Text;

namespace GradService.Tests.Api.Serving.Refusals;

/// <summary>Paths, methods and headers that do not fit.</summary>
[Collection(SharedApplication.Name)]
public sealed class ProtocolTests(GradApplication application)
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/v1")]
    [InlineData("/v1/gradients/nothing")]
    [InlineData("/V1/%ff%fe/..%2f..%2fetc")]
    public async Task An_unknown_path_is_404_and_names_what_there_is(string path)
    {
        var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        Assert.Equal(404, answer.Status);
        Assert.Equal("There is nothing at this path. GET /v1/capabilities and /swagger say what there is.", answer.Detail);
    }

    [Theory]
    [InlineData("GET", "/v1/gradients", "POST")]
    [InlineData("PUT", "/v1/forward", "POST")]
    [InlineData("DELETE", "/v1/gradients/compare", "POST")]
    [InlineData("GET", "/v1/objectives", "POST")]
    [InlineData("PUT", "/v1/objectives/compare", "POST")]
    [InlineData("POST", "/v1/capabilities", "GET, HEAD")]
    [InlineData("BREW", "/health/live", "GET, HEAD")]
    public async Task A_wrong_method_is_405_and_Allow_names_the_right_one(string method, string path, string allowed)
    {
        var answer = await SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(405, answer.Status);
        Assert.Equal($"This path does not know the method {method}; the header Allow names those it knows.", answer.Detail);
        Assert.Equal(allowed, string.Join(", ", answer.ContentHeaders.Allow));
    }

    [Theory]
    [InlineData(null, "none")]
    [InlineData("text/plain", "'text/plain'")]
    [InlineData("application/x-www-form-urlencoded", "'application/x-www-form-urlencoded'")]
    [InlineData("application/json; charset=utf-16", "'application/json; charset=utf-16'")]
    [InlineData("application/jsonp", "'application/jsonp'")]
    [InlineData("json", "'json'")]
    public async Task A_body_of_another_type_is_415_and_told_which(string? type, string got)
    {
        var answer = await SendAsync(Post(type, accept: null));
        Assert.Equal(415, answer.Status);
        Assert.Equal($"Expected Content-Type: application/json (in UTF-8) or application/x-npz, got {got}. With curl: -H 'Content-Type: application/json'.",
            answer.Detail);
    }

    [Fact]
    public async Task A_compressed_body_is_415_and_told_why()
    {
        using var request = Post("application/json", accept: null);
        request.Content!.Headers.ContentEncoding.Add("gzip");
        var answer = await SendAsync(request);
        Assert.Equal(415, answer.Status);
        Assert.Equal("Expected a body that is not compressed, got Content-Encoding: gzip.", answer.Detail);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/xml, image/*;q=0.5")]
    [InlineData("application/json;q=0, text/html")]
    public async Task A_caller_who_takes_no_JSON_is_406(string accept)
    {
        var answer = await SendAsync(Post("application/json", accept));
        Assert.Equal(406, answer.Status);
        Assert.Equal("Answers are application/json or application/x-npz; the header Accept excludes both.", answer.Detail);
    }

    [Theory]
    [InlineData("application/json", null)]
    [InlineData("application/json; charset=utf-8", "*/*")]
    [InlineData("Application/JSON; charset=\"UTF-8\"", "text/html, application/*;q=0.1")]
    [InlineData("application/vnd.gradients+json", "application/json; charset=utf-8")]
    [InlineData("application/json; profile=x", "not a media type")]
    public async Task Every_way_to_say_JSON_is_taken(string type, string? accept)
    {
        using var client = application.CreateClient();
        using var response = await client.SendAsync(Post(type, accept));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
    }

    private static HttpRequestMessage Post(string? type, string? accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/gradients") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Good)) };
        if (type is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return request;
    }

    private async Task<ProblemAnswer> SendAsync(HttpRequestMessage request)
    {
        using var client = application.CreateClient();
        return await ProblemAnswer.OfAsync(await client.SendAsync(request));
    }
}
