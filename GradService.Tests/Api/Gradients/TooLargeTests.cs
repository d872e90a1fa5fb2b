using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Gradients;

/// <summary>More than a limit allows: named with the size asked for and a way out, before anything is allocated.</summary>
public sealed class TooLargeTests : IClassFixture<TooLargeTests.SmallApplication>
{
    private readonly SmallApplication _application;

    public TooLargeTests(SmallApplication application) => _application = application;

    public sealed class SmallApplication : GradApplication
    {
        public SmallApplication() => Settings =
        [
            ("Limits:MaxRequestBytes", "20000"), ("Limits:MaxResultBytes", "4096"), ("Limits:MaxNativeBytes", "1048576"), ("Limits:MaxParameters", "1000"),
            ("Limits:MaxLayers", "10"), ("Limits:MaxNesting", "3"), ("Limits:MaxPasses", "50"),
        ];
    }

    [Theory]
    [InlineData(333, "1332")]
    [InlineData(2147483647, "8589934588")]
    public async Task Too_many_parameters_are_refused_by_MaxParameters(int width, string asked) =>
        (await SendAsync(GoodRequests.Gradient()
            .With("network.layers",
                $$"""[{ "type": "linear", "outFeatures": {{width}} }, { "type": "linear", "outFeatures": 1, "bias": false }, """
                    + $$"""{ "type": "linear", "outFeatures": 1, "bias": false }]""")
            .With("network.layers[2]", $$"""{ "type": "linear", "outFeatures": {{width}}, "bias": false }""")))
            .AssertSays(413, "network.layers", $"Expected at most 1000 parameters and buffers (limit MaxParameters), got {asked}. Use narrower layers.");

    [Fact]
    public async Task Products_of_widths_beyond_64_bits_are_refused_as_far_more() =>
        (await SendAsync(GoodRequests.Gradient().With("network", """
            { "inputShape": [2147483647, 2147483647, 2147483647], "layers": [
              { "type": "flatten" }, { "type": "linear", "outFeatures": 2147483647 }, { "type": "linear", "outFeatures": 2147483647 }] }
            """))).AssertSays(413, "network.layers", "Expected at most 1000 parameters and buffers (limit MaxParameters), got far more. Use narrower layers.");

    [Fact]
    public async Task A_dense_Jacobian_of_many_samples_is_refused_by_MaxResultBytes()
    {
        var answer = await SendAsync(
            GoodRequests.Gradient().With("batchNorm.mode", "\"eval\"").With("gradient", """{ "kind": "jacobian" }""").With("inputs", Column(40)));
        answer.AssertSays(413, "gradient",
            "Expected at most 4096 bytes of results (limit MaxResultBytes), got 13168. Ask for form factored, which never has N² numbers, for kind perSample "
                + "(the diagonal blocks), or send fewer samples.");
    }

    [Fact]
    public async Task Tensors_that_would_not_fit_are_refused_by_MaxNativeBytes()
    {
        var answer = await SendAsync(GoodRequests.Gradient().With("gradient.kind", "\"sum\"").With("inputs", Column(400)).With("network.layers",
            """[{ "type": "linear", "outFeatures": 100 }, { "type": "tanh" }, { "type": "tanh" }, { "type": "tanh" }, """
                + """{ "type": "linear", "outFeatures": 1 }]"""));
        answer.AssertSays(413, "inputs",
            "Expected at most 1048576 bytes of tensors at once, as estimated (limit MaxNativeBytes), got 1124404. Send fewer samples or use narrower layers.");
    }

    [Fact]
    public async Task More_sweeps_than_MaxPasses_are_refused() =>
        (await SendAsync(RowByRow.With("inputs", Column(26))))
            .AssertSays(413, "gradient",
                "Expected at most 50 sweeps over the network (limit MaxPasses), got 52. Send fewer samples, select fewer outputs, or ask for kind sum "
                    + "under mode trainDetached.");

    [Fact]
    public async Task As_many_sweeps_as_MaxPasses_are_made() =>
        await _application.SucceedAsync("/v1/gradients", RowByRow.With("inputs", Column(25)));

    [Fact]
    public async Task More_layers_than_MaxLayers_are_refused_those_in_blocks_counted() =>
        (await SendAsync(GoodRequests.Gradient()
            .With("network.layers", $$"""[{ "type": "residual", "layers": [{{string.Join(", ", Enumerable.Repeat("""{ "type": "tanh" }""", 10))}}] }]""")))
            .AssertSays(400, "network.layers", "Expected at most 10 layers, those inside blocks counted (limit MaxLayers), got more.");

    [Fact]
    public async Task Blocks_nested_deeper_than_MaxNesting_are_refused()
    {
        var layer = """{ "type": "tanh" }""";
        for (var depth = 0; depth < 3; depth++)
        {
            layer = $$"""{ "type": "residual", "layers": [{{layer}}] }""";
        }

        (await SendAsync(GoodRequests.Gradient().With("network.layers[1]", layer)))
            .AssertSays(400, "network.layers[1].layers[0].layers[0].layers[0]", "Expected blocks nested at most 3 deep (limit MaxNesting), got 4.");
    }

    [Theory]
    [InlineData(false, "20001")]
    [InlineData(true, "more")]
    public async Task A_body_beyond_MaxRequestBytes_is_refused_also_when_it_hides_its_length(bool chunked, string got)
    {
        using var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(new string(' ', 20_001))))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        using var client = _application.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/gradients") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        (await ProblemAnswer.OfAsync(await client.SendAsync(request)))
            .AssertSays(413, "$", $"Expected a body of at most 20000 bytes (limit MaxRequestBytes), got {got}. Send fewer samples in one request.");
    }

    [Fact]
    public async Task A_comparison_is_priced_entry_by_entry_before_the_first_is_computed() =>
        (await ProblemAnswer.PostAsync(_application, "/v1/gradients/compare",
            GoodRequests.Forward().With("gradient", """{ "strategy": "rowByRow" }""").With("inputs", Column(26)).ToJsonString()))
            .AssertSays(413, "gradient",
                "Expected at most 50 sweeps over the network (limit MaxPasses), got 52. Send fewer samples, select fewer outputs, or ask for kind sum under "
                    + "mode trainDetached. (For compare[1].)");

    [Theory]
    [InlineData("inputs", "[[1]]", "inputs", "train", "the batch")]
    [InlineData("batchNorm", """{ "mode": "reference", "referenceInputs": [[1]] }""", "batchNorm.referenceInputs", "reference", "the reference batch")]
    public async Task One_value_per_channel_has_no_variance(string path, string json, string where, string mode, string batch) =>
        (await SendAsync(GoodRequests.Gradient().With(path, json)))
            .AssertSays(422, where, $"Expected more than one value per channel at layer 2 (batchNorm, mode {mode}), whose statistics are taken over {batch}, "
                + "got 1 sample with 1 value per channel. Send more samples, or use mode eval with running statistics.");

    [Fact]
    public async Task One_value_per_channel_is_enough_for_mode_eval() =>
        await _application.SucceedAsync("/v1/gradients", GoodRequests.Gradient().With("inputs", "[[1]]").With("batchNorm.mode", "\"eval\""));

    /// <summary>N·M sweeps: each output of each sample on its own.</summary>
    private static JsonNode RowByRow => GoodRequests.Gradient().With("gradient.strategy", "\"rowByRow\"");

    private Task<ProblemAnswer> SendAsync(JsonNode request) => ProblemAnswer.PostAsync(_application, "/v1/gradients", request.ToJsonString());

    private static string Column(int samples) =>
        $"[{string.Join(", ", Enumerable.Range(0, samples).Select(i => string.Create(CultureInfo.InvariantCulture, $"[{i / 10.0}]")))}]";
}
