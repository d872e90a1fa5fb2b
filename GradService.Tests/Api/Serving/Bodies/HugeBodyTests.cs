using System.Net.Sockets;
using System.Text;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Serving.Bodies;

/// <summary>Bodies of many megabytes, with the limits as they are by default, over the loopback address.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class HugeBodyTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private const int Megabyte = 1_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    /// <summary>In pieces no more are sent than are taken: who sends on behind a refusal may find nobody there.</summary>
    [Theory]
    [InlineData(100, false, "100000000")]
    [InlineData(68, true, "more")]
    public async Task Many_megabytes_of_digits_are_refused_by_MaxRequestBytes(int megabytes, bool chunked, string got) =>
        (await PostAsync("", '1', megabytes * Megabyte, "", chunked))
            .AssertSays(413, "$", $"Expected a body of at most 67108864 bytes (limit MaxRequestBytes), got {got}. Send fewer samples in one request.");

    [Theory]
    [InlineData("68719476736")]
    [InlineData("9223372036854775807")]
    public async Task A_Content_Length_beyond_the_limit_is_refused_before_anything_is_read(string length)
    {
        using var caller = new TcpClient();
        await caller.ConnectAsync("127.0.0.1", new Uri(application.Address).Port);
        await caller.GetStream()
            .WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /v1/gradients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"));
        using var reader = new StreamReader(caller.GetStream());
        Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync().WaitAsync(Patience));
    }

    [Theory]
    [InlineData("0.5", "inputs[1][0]", "Expected a number that double precision can hold, got 1111111111111111111111111111111111111111….")]
    [InlineData("7", "network.seed", "Expected an integer, got 1111111111111111111111111111111111111111….")]
    public async Task A_number_of_fifty_million_digits_is_refused_and_shown_shortened(string number, string path, string message)
    {
        var at = Good.IndexOf(number, StringComparison.Ordinal);
        (await PostAsync(Good[..at], '1', 50 * Megabyte, Good[(at + number.Length)..])).AssertSays(400, path, message);
    }

    [Theory]
    [InlineData("\"linear\"", "network.layers[0].type", "Expected the name of a layer, got 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'. Known: {layers}.")]
    [InlineData("\"perSample\"", "gradient.kind", "Expected the name of a kind of gradient, got 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'. Known: {kinds}.")]
    public async Task A_name_of_fifty_megabytes_is_refused_and_not_sent_back(string name, string path, string message)
    {
        var at = Good.IndexOf(name, StringComparison.Ordinal);
        (await PostAsync(Good[..(at + 1)], 'x', 50 * Megabyte, Good[(at + name.Length - 1)..])).AssertSays(400, path, message);
    }

    /// <summary>The request and its network are two objects more.</summary>
    [Fact]
    public async Task A_million_layers_are_refused_while_they_are_read()
    {
        var layers = string.Join(',', Enumerable.Repeat("""{"type":"tanh"}""", 1_000_000));
        (await PostAsync($$"""{"inputs":[[1]],"network":{"inputShape":[1],"layers":[{{layers}}""", ']', 1, "}}"))
            .AssertSays(413, "network.layers[199998]", "Expected at most 200000 objects in a request, got more.");
    }

    [Fact]
    public async Task Ten_thousand_layers_are_refused_by_MaxLayers() =>
        (await PostAsync("""{"inputs":[[1]],"gradient":{"kind":"sum"},"network":{"inputShape":[1],"layers":["""
            + string.Join(',', Enumerable.Repeat("""{"type":"tanh"}""", 10_000)), ']', 1, "}}"))
            .AssertSays(400, "network.layers", "Expected at most 1000 layers, those inside blocks counted (limit MaxLayers), got more.");

    /// <summary>A text, a character very often, and another text.</summary>
    private async Task<ProblemAnswer> PostAsync(string before, char repeated, int times, string behind, bool chunked = false)
    {
        var body = new byte[before.Length + times + behind.Length];
        Encoding.ASCII.GetBytes(before, body);
        body.AsSpan(before.Length, times).Fill((byte)repeated);
        Encoding.ASCII.GetBytes(behind, body.AsSpan(before.Length + times));
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        using var client = new HttpClient { Timeout = Patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{application.Address}/v1/gradients") { Content = content };

        // Who is refused before he has sent all need not send the rest.
        request.Headers.ExpectContinue = !chunked;
        request.Headers.TransferEncodingChunked = chunked;
        return await ProblemAnswer.OfAsync(await client.SendAsync(request));
    }
}
