using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using GradService.Fuzz.Mutations;
using GradService.Tests.Api.Documents;

namespace GradService.Tests.Api;

/// <summary>A refusal as it came over HTTP, checked for what every refusal must have and must not have.</summary>
internal sealed record ProblemAnswer(int Status, JsonObject Body, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    public string Detail => Body["detail"]!.GetValue<string>();

    /// <summary>Paths to messages.</summary>
    public IReadOnlyDictionary<string, string[]> Errors =>
        Body["errors"]!.AsObject().ToDictionary(error => error.Key, error => error.Value!.AsArray().Select(message => message!.GetValue<string>()).ToArray());

    public static async Task<ProblemAnswer> PostAsync(GradApplication application, string path, string json) =>
        await PostAsync(application, path, Encoding.UTF8.GetBytes(json));

    public static async Task<ProblemAnswer> PostAsync(GradApplication application, string path, byte[] json)
    {
        using var content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return await PostAsync(application, path, content);
    }

    public static async Task<ProblemAnswer> PostAsync(GradApplication application, string path, HttpContent content)
    {
        using var client = application.CreateClient();
        return await OfAsync(await client.PostAsync(path, content));
    }

    public static async Task<ProblemAnswer> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(!response.IsSuccessStatusCode, "the request was not refused");
            DocumentOracle.Committed.AssertHolds(response, text);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var body = JsonNode.Parse(text)!.AsObject();
            Assert.Equal((int)response.StatusCode, body["status"]!.GetValue<int>());
            Assert.NotEqual("", body["title"]!.GetValue<string>());
            Assert.NotEqual("", body["detail"]!.GetValue<string>());
            Assert.NotEqual("", body["traceId"]!.GetValue<string>());
            Assert.All(AnswerRules.Unspeakable, word => Assert.DoesNotContain(word, text, StringComparison.Ordinal));
            Assert.True(text.Length < 100_000, $"the refusal is {text.Length} characters long");
            return new ProblemAnswer((int)response.StatusCode, body, response.Headers, response.Content.Headers);
        }
    }

    /// <summary>Fails unless this is the status, and this the only error. "…" at a message's end leaves its end open.</summary>
    public void AssertSays(int status, string path, string message)
    {
        Assert.True(Errors.Keys.SequenceEqual([path]) && Errors[path].Length == 1, $"{Status} {Body["errors"]?.ToJsonString()}");
        Assert.Equal(status, Status);
        var expected = message
            .Replace("{layers}", string.Join(", ", LayerTable.All.Keys), StringComparison.Ordinal)
            .Replace("{kinds}", string.Join(", ", QuestionTable.All.Keys), StringComparison.Ordinal)
            .Replace("{modes}", string.Join(", ", BatchNormMode.All.Select(mode => mode.Name)), StringComparison.Ordinal);
        if (expected.EndsWith('…'))
        {
            Assert.StartsWith(expected[..^1], Errors[path][0], StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected, Errors[path][0]);
        }

        Assert.StartsWith(path == "$" ? Errors[path][0] : $"{path}: {Errors[path][0]}", Detail, StringComparison.Ordinal);
    }
}
