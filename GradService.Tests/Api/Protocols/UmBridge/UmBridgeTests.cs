using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Api.Storage;
using GradService.Tests.Api.Hosting.Security;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Protocols.UmBridge;

/// <summary>What the conformity test of UM-Bridge leaves open.</summary>
public sealed class UmBridgeTests(ServedApplication application) : IClassFixture<ServedApplication>
{
    private readonly UmBridgeClient _client = new(application);

    /// <summary>MATLAB writes a vector of length one as a bare number.</summary>
    [Theory]
    [InlineData("""{ "name": "scalar", "outWrt": 0, "inWrt": 0, "input": [0.5], "sens": 2, "config": { "batchSize": 1 } }""")]
    [InlineData("""{ "name": "scalar", "outWrt": 0, "inWrt": 0, "input": [[0.5]], "sens": [2], "config": { "batchSize": 1 } }""")]
    [InlineData("""{ "name": "scalar", "outWrt": 0.0, "inWrt": 0, "input": [ 5e-1 ], "sens": 2.0, "config": { "batchSize": 1.0 }, "tid": "7" }""")]
    [InlineData("""{ "name": "scalar", "outWrt": 0, "inWrt": 0, "input": [[0.5]], "sens": [2], "config": { "batchSize": [1], "mode": ["train"] } }""")]
    public async Task A_vector_of_length_one_may_be_a_bare_number(string request)
    {
        await application.StoreAsync("scalar",
            """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }], "parameters": { "0.weight": [[3]], "0.bias": [1] } }""");
        Assert.Equal(6.0, Assert.Single(await _client.VectorAsync("Gradient", JsonNode.Parse(request)!)));
    }

    [Theory]
    [InlineData("""{ "name": "forum", "input": [[0, 1]], "config": { "batchSize": 0 } }""",
        "config.batchSize: Expected an integer from 1 to 2147483647, got 0.")]
    [InlineData("""{ "name": "forum", "input": [[0, 1]], "config": { "batchSize": 2.5 } }""",
        "config.batchSize: Expected an integer from 1 to 2147483647, got 2.5.")]
    [InlineData("""{ "name": "forum", "input": [[0, 1]], "config": { "mode": "trian" } }""",
        "config.mode: Expected one of train, trainDetached, eval, movingAverage, renorm, got 'trian'. Did you mean 'train'?")]
    [InlineData("""{ "name": "forum", "input": [[0, 1]], "config": { "mode": "reference" } }""",
        "config.mode: Expected one of train, trainDetached, eval, movingAverage, renorm, got 'reference'.")]
    [InlineData("""{ "name": "forum", "input": [[0, 1]], "config": [3] }""", "config: Expected an object, got a list.")]
    [InlineData("""{ "name": "forum", "input": [[0, 1]], "config": { "batchSize": [2, 2] } }""",
        "config.batchSize: Expected an integer from 1 to 2147483647, got a list.")]
    [InlineData("""{ "name": "forum", "input": [[0, 1]], "config": { "batchSize": 2, "Mode": "eval" } }""",
        "config['Mode']: Expected batchSize or mode, got 'Mode'. Did you mean 'mode'?")]
    [InlineData("""{ "name": "forum", "input": [[0, 1]], "config": { "level": 3 } }""", "config['level']: Expected batchSize or mode, got 'level'.")]
    [InlineData("""{ "name": "forum" }""", "input: Expected a list of one vector, got nothing.")]
    [InlineData("""{ "name": "forum", "input": 7 }""", "input: Expected a list of one vector, got 7.")]
    [InlineData("""{ "name": "forum", "input": [] }""", "input: Expected a list of one vector, the batch flattened, got 0 entries. Write [[…]].")]
    [InlineData("""{ "name": "forum", "input": [0, 1] }""", "input: Expected a list of one vector, the batch flattened, got 2 entries. Write [[…]].")]
    [InlineData("""{ "name": "forum", "input": [[[0], [1]]] }""", "input[0]: Expected a flat list of numbers, got lists nested 2 deep.")]
    [InlineData("""{ "name": "forum", "input": [[0, "x"]] }""", "input[0][1]: Expected a number, got 'x'.")]
    [InlineData("""{ "name": "forum", "input": [[0, "\ud800"]] }""", "input[0]: Expected numbers, got a string that is not valid Unicode.")]
    [InlineData("""{ "name": "forum", "input": [[0, "NaN"]] }""", "input[0][1]: Expected a finite number, got NaN.")]
    [InlineData("""{ "name": "forum", "input": [[0, 1e39]] }""", "inputs[1][0]: Expected a number within float32's range, got 1E+39. Use dtype float64.")]
    [InlineData("""{ "name": "forum", "input": [[0, NaN]] }""",
        "Expected well-formed JSON, got a text that is not. 'N' is an invalid start of a value. See line 1, byte 34.")]
    [InlineData("""{ "name": "forum", "input": [[0]], "config": { "batchSize": 1 } }""",
        "inputs: Expected more than one value per channel at layer 2 (batchNorm, mode train), whose statistics are taken over the batch, got 1 sample with 1 "
            + "value per channel. Send more samples, or use mode eval with running statistics.")]
    public async Task What_is_wrong_is_said_in_words(string request, string message) =>
        Assert.Equal(message, await _client.RefusedAsync("Evaluate", "InvalidInput", request));

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/x-npz")]
    [InlineData("nonsense")]
    public async Task A_body_is_JSON_whatever_it_is_declared_to_be(string contentType)
    {
        using var client = application.CreateClient();
        using var content = new ByteArrayContent("""{"name": "forum"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await client.PostAsync("/InputSizes", content);
        Assert.Equal("""{"inputSizes":[2]}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_answer_that_is_not_finite_is_refused_rather_than_written()
    {
        await application.StoreAsync("overflowing",
            """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }], "parameters": { "0.weight": [[1e38]], "0.bias": [0] } }""");
        Assert.Equal("input: Expected inputs at which the answer is finite, got Infinity at element 1 of it. Clients of UM-Bridge read no such number; "
            + "POST /v1/gradients answers it.",
            await _client.RefusedAsync("Evaluate", "InvalidInput", """{ "name": "overflowing", "input": [[1, 100]] }"""));
    }

    [Fact]
    public async Task A_mode_that_changes_the_outputs_is_the_one_of_the_config()
    {
        async Task<double[]> InMode(string mode) =>
            (await _client.AskAsync("Evaluate", "output",
                JsonNode.Parse($$"""{ "name": "forum", "input": [[0.25, 0.75]], "config": { "mode": "{{mode}}" } }""")!)).Deserialize<double[][]>()![0];
        Assert.Equal(await InMode("train"), await InMode("trainDetached"));
        Assert.NotEqual(await InMode("train"), await InMode("eval"));
    }

    [Fact]
    public async Task What_is_over_a_limit_keeps_its_status()
    {
        await using var small = new ServedApplication { Settings = [("Limits:MaxRequestBytes", "1024")] };
        var body = $$"""{ "name": "forum", "input": [[{{string.Join(", ", Enumerable.Repeat("0.5", 400))}}]] }""";
        Assert.Contains("(limit MaxRequestBytes)",
            await new UmBridgeClient(small).RefusedAsync("Evaluate", "InvalidInput", body, HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_where_one_is_needed_the_answer_is_401_in_the_form_of_the_protocol()
    {
        await using var locked = new ServedApplication { Settings = [("ApiKeys:0:Name", "one"), ("ApiKeys:0:Sha256", Keys.Hash)] };
        Assert.Contains("X-Api-Key", await new UmBridgeClient(locked)
            .RefusedAsync("Evaluate", "InvalidInput", """{ "name": "forum" }""", HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        using var client = locked.CreateClient();
        using var info = await client.GetAsync("/Info");
        Assert.Equal(HttpStatusCode.Unauthorized, info.StatusCode);
        client.DefaultRequestHeaders.Add("X-Api-Key", Keys.Text);
        using var known = await client.GetAsync("/Info");
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }

    [Fact]
    public async Task A_service_that_is_busy_says_so_in_the_form_of_the_protocol()
    {
        // What is stored under no such deadline is there for a service that has it.
        using var folder = new TemporaryFolder();
        await using (var patient = new ServedApplication { Settings = [("Storage:Folder", folder.Path)] })
        {
            await patient.InitializeAsync();
        }

        await using var busy = new ServedApplication
        {
            Settings = [("Storage:Folder", folder.Path), ("Limits:ComputeThreads", "1"), ("Limits:DeadlineSeconds", "0.2")],
        };

        // Within that deadline the store may not have been opened, which is said in other words.
        busy.Services.GetRequiredService<NetworkStore>().Open();
        using var thread = new HeldThread(busy);
        Assert.Contains("(limit DeadlineSeconds)",
            await new UmBridgeClient(busy).RefusedAsync("Evaluate", "InvalidOutput", """{ "name": "forum", "input": [[0, 1]] }""",
                HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_network_can_be_stored_that_is_said_in_the_form_of_the_protocol()
    {
        await using var diskless = new ServedApplication { Settings = [("Storage:Folder", "/dev/null/networks")] };
        Assert.NotEqual("", await new UmBridgeClient(diskless)
            .RefusedAsync("Evaluate", "InvalidOutput", """{ "name": "forum" }""", HttpStatusCode.ServiceUnavailable));
        using var client = diskless.CreateClient();
        using var info = await client.GetAsync("/Info");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, info.StatusCode);
    }

    [Fact]
    public async Task A_body_may_begin_with_a_byte_order_mark() =>
        Assert.Equal(HttpStatusCode.OK,
            (await _client.PostAsync("InputSizes", Encoding.UTF8.GetString(Encoding.UTF8.Preamble) + """{ "name": "forum" }""")).Status);
}
