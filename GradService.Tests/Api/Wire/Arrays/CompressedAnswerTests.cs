using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>Answers are compressed for who asks for it.</summary>
[Collection(SharedApplication.Name)]
public sealed class CompressedAnswerTests(GradApplication application)
{
    [Theory]
    [InlineData("br", true)]
    [InlineData("gzip", true)]
    [InlineData("br", false)]
    [InlineData("gzip", false)]
    public async Task An_answer_or_a_problem_is_compressed_as_asked(string encoding, bool good)
    {
        var request = GoodRequests.Gradient();
        if (!good)
        {
            request.With("gradient.kind", "\"sums\"");
        }

        using var response = await PostAsync(request.ToJsonString(), encoding, "application/json");
        Assert.Equal(good ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        await using var packed = await response.Content.ReadAsStreamAsync();
        await using Stream unpacked = encoding == "br"
            ? new BrotliStream(packed, CompressionMode.Decompress)
            : new GZipStream(packed, CompressionMode.Decompress);
        Assert.NotNull((await JsonNode.ParseAsync(unpacked))![good ? "gradients" : "errors"]);
    }

    [Theory]
    [InlineData("identity", "application/json")]
    [InlineData("br, gzip", "application/x-npz")]
    public async Task Who_does_not_ask_and_who_takes_an_archive_gets_it_as_it_is(string encoding, string accept)
    {
        using var response = await PostAsync(GoodRequests.Gradient().ToJsonString(), encoding, accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Equal(accept, response.Content.Headers.ContentType!.MediaType);
    }

    private async Task<HttpResponseMessage> PostAsync(string json, string encoding, string accept)
    {
        using var client = application.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/gradients") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.AcceptEncoding.ParseAdd(encoding);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        return await client.SendAsync(request);
    }
}
