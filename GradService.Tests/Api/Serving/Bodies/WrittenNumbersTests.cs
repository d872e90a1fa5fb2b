using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Serving.Bodies;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Serving.Bodies;

/// <summary>Numbers as text are bounded before anything is computed; their bytes are not.</summary>
public sealed class WrittenNumbersTests : IClassFixture<WrittenNumbersTests.OneSecond>
{
    private const string Wide = """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 2900 }], "seed": 1 }""";
    private static readonly string Column = $"[{string.Join(',', Enumerable.Repeat("[0.5]", 2000))}]";
    private readonly OneSecond _application;

    public WrittenNumbersTests(OneSecond application) => _application = application;

    /// <summary>Where one operation may take a second.</summary>
    public sealed class OneSecond : GradApplication
    {
        public OneSecond() => Settings = [("Limits:MaxOperationSeconds", "1")];
    }

    [Fact]
    public void A_number_as_text_is_priced_ten_times_its_bytes_and_refused_beyond_the_limit()
    {
        var written = new WrittenNumbers(Options.Create(new Limits { MaxOperationSeconds = 1 }));
        var text = NumbersForm.Text("encoding", "Ask for bytes.");
        Assert.Equal((180, 15, 0), (written.Price(1, text), written.Price(1, NumbersForm.Bytes), written.Price(1, NumbersForm.None)));
        Assert.InRange(written.Price(5_555_555, text), 999_000_000, 1_000_000_000);
        var fault = Assert.Single(Assert.Throws<FaultException>(() => written.Price(5_555_556, text)).Faults);
        Assert.Equal((FaultCode.TooLarge, "encoding", "2 for 5555556 numbers", "Ask for bytes."), (fault.Code, fault.Path, fault.Got, fault.Remedy));
        Assert.Equal(15_000_000_000, written.Price(1_000_000_000, NumbersForm.Bytes));
    }

    /// <summary>In either precision one takes as long to write.</summary>
    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void Numbers_are_counted_and_not_their_bytes(Dtype dtype)
    {
        var problem = ForumProblem.Of(Train.Mode).Ask(new Sum());
        using var quote = DomainServices.Gradients().QuoteGradient(problem with { Network = ((NetworkSpec)problem.Network) with { Dtype = dtype } });
        Assert.Equal(quote.Cost.ResultBytes / dtype.SizeInBytes(), quote.Cost.Numbers);
    }

    [Fact]
    public async Task An_answer_of_too_much_text_is_refused_and_told_how_else()
    {
        var refused = await ProblemAnswer.PostAsync(_application, "/v1/forward", $$"""{ "network": {{Wide}}, "inputs": {{Column}} }""");
        refused.AssertSays(413, "encoding",
            "Expected at most 1 seconds of one core, as estimated, for writing numbers as text (limit MaxOperationSeconds), got 2 for 5800000 numbers. "
                + "Ask for \"encoding\": \"base64\" or send Accept: application/x-npz, which write the numbers' bytes, or send fewer samples.");
    }

    [Theory]
    [InlineData("base64", "application/json")]
    [InlineData("json", "application/x-npz")]
    public async Task The_same_answer_by_its_bytes_is_given(string encoding, string accept)
    {
        using var answer = await SendAsync("/v1/forward", $$"""{ "network": {{Wide}}, "inputs": {{Column}}, "encoding": "{{encoding}}" }""", accept);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Other_protocols_refuse_text_in_their_form()
    {
        using var stored = await SendAsync("/v1/networks", $$"""{ "name": "wide", "network": {{Wide}} }""", "application/json");
        Assert.True(stored.IsSuccessStatusCode);
        var vector = Column.Replace("[0.5]", "0.5", StringComparison.Ordinal);
        using var evaluated = await SendAsync("/Evaluate",
            $$"""{ "name": "wide", "input": [{{vector}}], "config": { "batchSize": 2000 } }""", "application/json");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, evaluated.StatusCode);
        var error = JsonNode.Parse(await evaluated.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal("InvalidInput", (string?)error["type"]);
        Assert.Contains("Send fewer samples, or ask POST /v1/forward", (string?)error["message"], StringComparison.Ordinal);
        var inputs = $$"""{ "inputs": { "inputs": {{Column}} } }""";
        using var applied = await SendAsync("/tesseract/wide/apply", inputs, "application/json");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, applied.StatusCode);
        Assert.Contains("Send Accept: application/json+base64", await applied.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var bytes = await SendAsync("/tesseract/wide/apply", inputs, "application/json+base64");
        Assert.Equal(HttpStatusCode.OK, bytes.StatusCode);
    }

    [Fact]
    public async Task Parameters_are_had_as_a_file_where_their_text_is_too_much()
    {
        const string Large = """{ "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 2900000 }], "seed": 1 } }""";
        using var stored = await SendAsync("/v1/networks", Large, "application/json");
        var path = $"/v1/networks/{(string)JsonNode.Parse(await stored.Content.ReadAsStringAsync())!["id"]!}/parameters";
        using var client = _application.CreateClient();
        using var text = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, text.StatusCode);
        using var asked = new HttpRequestMessage(HttpMethod.Get, path);
        asked.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.safetensors"));
        using var file = await client.SendAsync(asked);
        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string json, string accept)
    {
        using var client = _application.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd(accept);
        return await client.SendAsync(request);
    }
}
