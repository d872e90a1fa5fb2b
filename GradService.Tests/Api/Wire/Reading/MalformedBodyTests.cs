using System.Text;

namespace GradService.Tests.Api.Wire.Reading;

/// <summary>Bodies that are no JSON, or no text at all: told apart, with the place, before anything else is said.</summary>
[Collection(SharedApplication.Name)]
public sealed class MalformedBodyTests(GradApplication application)
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    public static TheoryData<string, string, string> NoRequests { get; } = new()
    {
        { "", "$", "Expected a JSON object, got an empty body." },
        { " \r\n\t", "$", "Expected a JSON object, got an empty body." },
        { "\uFEFF", "$", "Expected a JSON object, got an empty body." },
        { "[]", "$", "Expected a JSON object, got a list." },
        { "null", "$", "Expected a JSON object, got null." },
        { "3", "$", "Expected a JSON object, got 3." },
        { "\"network\"", "$", "Expected a JSON object, got 'network'." },
        { "true", "$", "Expected a JSON object, got true." },
        { "{", "$", "Expected well-formed JSON, got a text that is not. Expected depth to be zero at the end of the JSON payload. There is an open JSON object "
            + "or array that should be closed. See line 1, byte 2." },
        { "{}x", "$", "Expected well-formed JSON, got a text that is not. 'x' is invalid after a single JSON value. Expected end of "
            + "data. See line 1, byte 3." },
        { "{}\n{}", "$", "Expected well-formed JSON, got a text that is not. '{' is invalid after a single JSON value. Expected end of "
            + "data. See line 2, byte 1." },
        { "{'network': 1}", "$", "Expected well-formed JSON, got a text that is not. ''' is an invalid start of a property name…" },
        { "tru" + new string('x', 100_000), "$", $"Expected well-formed JSON, got a text that is not. 'tru{new string('x', 37)}…' is an invalid JSON literal. "
            + "Expected the literal 'true'. See line 1…" },
        { "/* why */ {}", "$", "Expected well-formed JSON, got a text that is not. '/' is an invalid start of a value. See line 1, byte 1." },
        { "{\"network\": {\"seed\": 1,}}", "network",
            "Expected well-formed JSON, got a text that is not. The JSON object contains a trailing comma at the end. See line 1, byte 24." },
        { "{\"network\": {\"layers\": [{\"type\": \"tanh\"", "network.layers[0]", "Expected well-formed JSON, got a text that is not…" },
        { "{\"inputs\": [[NaN]]}", "inputs", "Expected well-formed JSON, got a text that is not. 'N' is an invalid start of a value. See line 1, byte 14." },
        { "{\"inputs\": [[+1]]}", "inputs", "Expected well-formed JSON, got a text that is not. '+' is an invalid start of a value. See line 1, byte 14." },
        { "{\"inputs\": [[01]]}", "inputs", "Expected well-formed JSON, got a text that is not. Invalid leading zero before '1'. See line 1, byte 15." },
        { "{\"network\": {\"dtype\": \"a\tb\"}}", "network", "Expected well-formed JSON, got a text that is not. '0x09' is invalid within a JSON string…" },
    };

    /// <summary>A good request with a piece of its text replaced.</summary>
    public static TheoryData<string, string, string, string> Replacements { get; } = new()
    {
        { "\"tanh\"", "\"\\ud800\"", "network.layers[1]", "Expected well-formed JSON, got a text that is not. A string is not valid Unicode." },
        { "\"seed\"", "\"\\ud800\"", "network", "Expected well-formed JSON, got a text that is not. A string is not valid Unicode." },
        { "\"type\"", "\"\\ud800\"", "network.layers[0]", "Expected well-formed JSON, got a text that is not. A string is not valid Unicode." },
        { "\"kind\"", "\"\\udc00k\"", "gradient", "Expected well-formed JSON, got a text that is not. A string is not valid Unicode." },
        { "0.5", "\"\\ud800\"", "inputs", "Expected well-formed JSON, got a text that is not. A string is not valid Unicode." },
        { "\"seed\":7", "\"seed\":7,\"seed\":8", "network.seed", "Expected each field once, got 'seed' again." },
        { "\"type\":\"tanh\"", "\"type\":\"tanh\",\"type\":\"relu\"", "network.layers[1].type", "Expected each field once, got 'type' again." },
        { "\"kind\":\"perSample\"", "\"kind\":\"sum\",\"kind\":\"perSample\"", "gradient.kind", "Expected each field once, got 'kind' again." },
        { "\"seed\":7", "\"parameters\":{\"0.bias\":[1,2,3],\"0.bias\":[1,2,3]},\"seed\":7", "network.parameters['0.bias']",
            "Expected each name once, got '0.bias' again." },
        { "\"seed\":7", "\"\":7", "network.", "Expected a known field, got ''. Known: …" },
        { "0.5", "[[[[[[[[[[[[1]]]]]]]]]]]]", "inputs[1][0]", "Expected a number, as before, got a list." },
    };

    [Theory]
    [MemberData(nameof(NoRequests))]
    public async Task A_body_that_is_no_request_is_told_what_it_is(string body, string path, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", body)).AssertSays(400, path, message);

    [Theory]
    [MemberData(nameof(Replacements))]
    public async Task A_text_that_goes_wrong_midway_is_told_where(string piece, string replacement, string path, string message)
    {
        var at = Good.IndexOf(piece, StringComparison.Ordinal);
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", Good[..at] + replacement + Good[(at + piece.Length)..])).AssertSays(400, path, message);
    }

    [Theory]
    [InlineData("tanh", "network.layers[1]")]
    [InlineData("seed", "network")]
    public async Task Bytes_that_are_no_UTF_8_are_told_as_such(string word, string path) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", Encoding.Latin1.GetBytes(Good.Replace(word, "é", StringComparison.Ordinal))))
            .AssertSays(400, path, "Expected well-formed JSON, got a text that is not. A string is not valid Unicode.");

    /// <summary>What the entries of a comparison inherit is read once it is known what they are; that it is text is known before.</summary>
    [Theory]
    [InlineData("{ \"kind\": \"\\ud800\" }")]
    [InlineData("{ \"\\udc00\": \"sum\" }")]
    [InlineData("{ \"kind\": \"é\" }")]
    [InlineData("{ \"outputs\": [{ \"é\": 0 }] }")]
    public async Task Strings_that_are_no_text_are_told_as_such_where_entries_inherit_them(string gradient) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients/compare",
            Encoding.Latin1.GetBytes(
                GoodRequests.Forward().With("gradient", "\"here\"").ToJsonString().Replace("\"here\"", gradient, StringComparison.Ordinal))))
            .AssertSays(400, "gradient", "Expected well-formed JSON, got a text that is not. A string is not valid Unicode.");

    [Fact]
    public async Task UTF_16_is_told_to_be_no_JSON() =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Good)]))
            .AssertSays(400, "$", "Expected well-formed JSON, got a text that is not. '0xFF' is an invalid start of a value. See line 1, byte 1.");

    [Fact]
    public async Task A_byte_order_mark_is_passed_over() =>
        Assert.Equal(System.Net.HttpStatusCode.OK, (await application.PostAsync("/v1/gradients", "\uFEFF" + Good)).Status);

    [Theory]
    [InlineData("7", "network.seed")]
    [InlineData("0.5", "inputs")]
    public async Task Nesting_beyond_all_need_is_refused_where_it_is(string piece, string path)
    {
        var at = Good.IndexOf(piece, StringComparison.Ordinal);
        var deep = new string('[', 10_000) + "1" + new string(']', 10_000);
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", Good[..at] + deep + Good[(at + piece.Length)..]))
            .AssertSays(400, path, "Expected lists and objects nested at most 64 deep, got more.");
    }

    [Fact]
    public async Task A_long_name_is_echoed_shortened()
    {
        var name = new string('x', 20_000);
        foreach (var (path, json) in new[]
        {
            (name, "1"), ($"network.{name}", "1"), ($"gradient.{name}", "1"),
            ("network.parameters", $$"""{ "{{name}}": 1 }"""), ("batchNorm.layers", $$"""{ "{{name}}": "eval" }"""), ("network.dtype", $"\"{name}\""),
            ("gradient.kind", $"\"{name}\""),
        })
        {
            var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients", GoodRequests.Gradient().With(path, json).ToJsonString());
            Assert.Equal(400, answer.Status);
            Assert.InRange(answer.Body.ToJsonString().Length, 0, 2_000);
        }
    }
}
