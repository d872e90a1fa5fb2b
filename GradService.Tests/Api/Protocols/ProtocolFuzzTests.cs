using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Protocols;

/// <summary>Broken requests to the other protocols, the same every time: whatever comes, the answer is in the protocol's form, and never the service's own fault.</summary>
public sealed class ProtocolFuzzTests(ServedApplication application) : IClassFixture<ServedApplication>
{
    private const string Points = """{ "inputs": { "inputs": { "object_type": "array", "shape": [2, 3], "dtype": "float32", "data": { "buffer": [[0.5, 1, 2], [3, 4, 5]], "encoding": "json" } }, "mode": "train" }""";

    private const string Bytes = """{ "inputs": { "inputs": { "shape": [2, 3], "dtype": "int8", "data": { "buffer": "AAECAwQF", "encoding": "base64", "compression": null } } }""";

    private static readonly (string Path, string Body)[] Seeds =
    [
        ("/ModelInfo", """{ "name": "wide" }"""),
        ("/InputSizes", """{ "name": "wide", "config": { "batchSize": 3, "mode": "eval" } }"""),
        ("/OutputSizes", """{ "name": "wide", "config": { "batchSize": 3 } }"""),
        ("/Evaluate", """{ "name": "wide", "input": [[1, 2, 3, 4, 5, 6]], "config": {} }"""),
        ("/Gradient", """{ "name": "wide", "outWrt": 0, "inWrt": 0, "input": [[1, 2, 3, 4, 5, 6]], "sens": [1, 0, -1, 2], "config": { "batchSize": 2, "mode": "train" } }"""),
        ("/ApplyJacobian", """{ "name": "wide", "outWrt": 0, "inWrt": 0, "input": [[1, 2, 3]], "vec": [1, 0, -1], "config": { "batchSize": 1, "mode": "eval" } }"""),
        ("/ApplyHessian", """{ "name": "wide", "outWrt": 0, "inWrt1": 0, "inWrt2": 0, "input": [[1, 2, 3, 4, 5, 6]], "sens": [1, 0, -1, 2], "vec": [1, 0, -1, 2, 3, 4] }"""),
        ("/tesseract/wide/apply", $$"""{{Points}} }"""),
        ("/tesseract/wide/apply", $$"""{{Bytes}} }"""),
        ("/tesseract/wide/jacobian", $$"""{{Bytes}}, "jac_inputs": ["inputs"], "jac_outputs": ["outputs"] }"""),
        ("/tesseract/wide/jacobian_vector_product", $$"""{{Points}}, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": { "inputs": [[1, 0, 0], [0, 0, 0]] } }"""),
        ("/tesseract/wide/vector_jacobian_product", $$"""{{Bytes}}, "vjp_inputs": ["inputs"], "vjp_outputs": ["outputs"], "cotangent_vector": { "outputs": { "shape": [2, 2], "dtype": "bool", "data": { "buffer": "AQAAAQ==", "encoding": "base64" } } } }"""),
        ("/tesseract/wide/abstract_eval", """{ "inputs": { "inputs": { "shape": [2, 3], "dtype": "float32" }, "mode": "movingAverage" } }"""),
    ];

    [Fact]
    public async Task The_requests_before_they_are_broken_are_good()
    {
        foreach (var (path, body) in Seeds)
        {
            Assert.Equal(HttpStatusCode.OK, await AnsweredAsync(path, Encoding.UTF8.GetBytes(body)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_broken_in_a_request_the_answer_has_the_form_of_the_protocol(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 1_200; i++)
        {
            var (path, body) = Seeds[random.Next(Seeds.Length)];
            await AnsweredAsync(path, random.Next(4) > 0 ? Mutation.OfValues(body, random) : Mutation.OfBytes(body, random));
        }
    }

    private async Task<HttpStatusCode> AnsweredAsync(string path, byte[] body)
    {
        using var client = application.CreateClient();
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        using var response = await client.PostAsync(path, content);
        var (text, about) = (await response.Content.ReadAsStringAsync(), $"{(int)response.StatusCode}: POST {path} {Encoding.UTF8.GetString(body)}");
        var answer = JsonNode.Parse(text)!.AsObject();
        Assert.True(text.Length < 100_000, about);
        if (path.StartsWith("/tesseract/", StringComparison.Ordinal))
        {
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge, about);
            Assert.True(response.StatusCode != HttpStatusCode.UnprocessableEntity || answer["detail"] is JsonArray { Count: > 0 } details && details.All(each => each!["type"] is JsonValue && each["loc"] is JsonArray), about);
        }
        else
        {
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge, about);
            Assert.True(response.StatusCode == HttpStatusCode.OK || answer is { Count: 1 } && answer["error"]!.AsObject().Count == 2, about);
        }

        return response.StatusCode;
    }
}
