using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Tests.Api.Protocols.Tesseract;
using Microsoft.Extensions.Logging;

namespace GradService.Tests.Api.Protocols;

/// <summary>Answers without room for findings have them in a header and in the log: those that /v1 has in its answer.</summary>
public sealed class FindingsHeaderTests(ServedApplication application) : IClassFixture<ServedApplication>
{
    private const string Header = "GradService-Findings";
    private const string Origin = "https://lab.example";

    [Theory]
    [InlineData(8, "train")]
    [InlineData(8, "trainDetached")]
    [InlineData(2, "train")]
    [InlineData(2, "trainDetached")]
    [InlineData(2, "eval")]
    [InlineData(2, "movingAverage")]
    [InlineData(2, "renorm")]
    public async Task Derivatives_have_the_codes_that_the_kind_has_in_v1(int samples, string mode)
    {
        var (ones, points) = (Enumerable.Repeat(1.0, samples).ToArray(), Points(samples));
        var vjp = await CodesAsync(samples, mode, new JsonObject { ["kind"] = "vjp", ["cotangent"] = Column(ones) });
        var jvp = await CodesAsync(samples, mode, new JsonObject { ["kind"] = "jvp", ["tangent"] = Column(ones) });
        var hvp = await CodesAsync(samples, mode, new JsonObject { ["kind"] = "hvp", ["cotangent"] = Column(ones), ["tangent"] = Column(ones) });
        var jacobian = await CodesAsync(samples, mode, new JsonObject { ["kind"] = "jacobian" });

        Assert.Equal(vjp, await UmBridgeAsync("Gradient", UmBridge(points, mode, "sens")));
        Assert.Equal(jvp, await UmBridgeAsync("ApplyJacobian", UmBridge(points, mode, "vec")));
        Assert.Equal(hvp, await UmBridgeAsync("ApplyHessian", UmBridge(points, mode, "sens", "vec")));
        Assert.Equal(vjp, await TesseractAsync("vector_jacobian_product", Tesseract(points, mode, "vjp", "cotangent_vector", "outputs")));
        Assert.Equal(jvp, await TesseractAsync("jacobian_vector_product", Tesseract(points, mode, "jvp", "tangent_vector", "inputs")));
        Assert.Equal(jacobian, await TesseractAsync("jacobian", Tesseract(points, mode, "jac")));
    }

    [Theory]
    [InlineData(2, "train", "batch-too-small")]
    [InlineData(2, "eval", "running-stats-untrained")]
    [InlineData(8, "train", null)]
    public async Task Outputs_have_those_that_cost_nothing(int samples, string mode, string? codes)
    {
        Assert.Equal(codes, await UmBridgeAsync("Evaluate", UmBridge(Points(samples), mode)));
        Assert.Equal(codes, await TesseractAsync("apply", Tesseract(Points(samples), mode)));
    }

    [Fact]
    public async Task Equal_samples_are_a_channel_without_variance_in_outputs_and_derivatives()
    {
        double[] equal = [0.5, 0.5];
        Assert.Equal("batch-too-small, zero-variance-channel", await UmBridgeAsync("Evaluate", UmBridge(equal, "train")));
        Assert.EndsWith("batch-too-small, zero-variance-channel", await UmBridgeAsync("ApplyHessian", UmBridge(equal, "train", "sens", "vec")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task V1_has_them_in_the_answer_alone()
    {
        using var answer = await PostAsync(application, "/v1/gradients", Request(2, "train", new JsonObject { ["kind"] = "sum" }));
        Assert.False(answer.Headers.Contains(Header));
    }

    [Fact]
    public async Task The_log_has_the_sentences_in_one_line()
    {
        using var log = new CapturedLog();
        await using var served = new ServedApplication { Additions = log.AddTo };
        await served.InitializeAsync();
        var findings = (await served.SucceedAsync("/v1/gradients", Request(2, "train", new JsonObject { ["kind"] = "jvp", ["tangent"] = Column([1, 1]) })))
            ["diagnostics"]!["findings"]!.AsArray();
        Assert.NotEmpty(findings);
        using var answer = await PostAsync(served, "/ApplyJacobian", UmBridge(Points(2), "train", "vec"));
        using var silent = await PostAsync(served, "/Evaluate", UmBridge(Points(8), "trainDetached"));

        var line = Assert.Single(log.Lines, line => line.Category == "GradService.Api.Findings");
        Assert.Equal(LogLevel.Information, line.Level);
        Assert.DoesNotContain('\n', line.Message);
        Assert.All(findings, finding => Assert.Contains($"{finding!["code"]}: {finding["message"]}", line.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_of_configured_origins_may_read_it()
    {
        await using var served = new ServedApplication { Settings = [("Security:CorsOrigins:0", Origin)] };
        await served.InitializeAsync();
        using var answer = await PostAsync(served, "/Evaluate", UmBridge(Points(2), "train"));
        Assert.Equal("batch-too-small", Codes(answer));
        Assert.Contains(Header, string.Join(',', answer.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
    }

    /// <summary>The distinct codes in the answer of /v1, as the header has them.</summary>
    private async Task<string?> CodesAsync(int samples, string mode, JsonObject gradient)
    {
        var answer = await application.SucceedAsync("/v1/gradients", Request(samples, mode, gradient));
        var codes = answer["diagnostics"]!["findings"]!.AsArray().Select(finding => (string)finding!["code"]!).Distinct().ToList();
        return codes.Count == 0 ? null : string.Join(", ", codes);
    }

    private async Task<string?> UmBridgeAsync(string operation, JsonObject body)
    {
        using var answer = await PostAsync(application, $"/{operation}", body);
        return Codes(answer);
    }

    private async Task<string?> TesseractAsync(string endpoint, JsonObject body)
    {
        using var answer = await PostAsync(application, $"/tesseract/forum/{endpoint}", body);
        return Codes(answer);
    }

    private static string? Codes(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.TryGetValues(Header, out var values) ? Assert.Single(values) : null;
    }

    private static async Task<HttpResponseMessage> PostAsync(GradApplication service, string path, JsonObject body)
    {
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.Add("Origin", Origin);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await client.PostAsync(path, content);
    }

    private static JsonObject Request(int samples, string mode, JsonObject gradient)
    {
        var request = ServedApplication.Request("forum");
        (request["inputs"], request["batchNorm"], request["gradient"]) = (Column(Points(samples)), new JsonObject { ["mode"] = mode }, gradient);
        return request;
    }

    private static JsonObject UmBridge(double[] points, string mode, params IEnumerable<string> ones)
    {
        var body = new JsonObject
        {
            ["name"] = "forum",
            ["input"] = new JsonArray(Row(points)),
            ["config"] = new JsonObject { ["batchSize"] = points.Length, ["mode"] = mode },
        };
        foreach (var index in new[] { "outWrt", "inWrt", "inWrt1", "inWrt2" })
        {
            body[index] = 0;
        }

        foreach (var vector in ones)
        {
            body[vector] = Row([.. points.Select(_ => 1.0)]);
        }

        return body;
    }

    private static JsonObject Tesseract(double[] points, string mode, string? prefix = null, string? vector = null, string? key = null)
    {
        var body = new JsonObject
        {
            ["inputs"] = new JsonObject { ["inputs"] = TesseractClient.Encode([.. points.Select(x => (float)x)], points.Length, 1), ["mode"] = mode },
        };
        if (prefix is not null)
        {
            (body[$"{prefix}_inputs"], body[$"{prefix}_outputs"]) = (new JsonArray("inputs"), new JsonArray("outputs"));
        }

        if (vector is not null)
        {
            body[vector] = new JsonObject { [key!] = TesseractClient.Encode([.. points.Select(_ => 1f)], points.Length, 1) };
        }

        return body;
    }

    /// <summary>Far enough apart for every channel to vary.</summary>
    private static double[] Points(int samples) => [.. Enumerable.Range(0, samples).Select(point => (3.0 * point / (samples - 1)) - 1)];

    private static JsonArray Row(double[] values) => [.. values.Select(value => (JsonNode)value)];

    private static JsonArray Column(double[] values) => [.. values.Select(value => (JsonNode)new JsonArray(value))];
}
