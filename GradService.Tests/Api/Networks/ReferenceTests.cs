using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;

namespace GradService.Tests.Api.Networks;

/// <summary>Wherever a request takes a network it takes the id or the name of a stored one, and the answer is the same, bit for bit.</summary>
public sealed class ReferenceTests : IClassFixture<GradApplication>, IDisposable
{
    private readonly GradApplication _application;
    private readonly HttpClient _client;

    public ReferenceTests(GradApplication application) => (_application, _client) = (application, application.CreateClient());

    public void Dispose() => _client.Dispose();

    public static TheoryData<string, string> Requests { get; } = new()
    {
        { "/v1/gradients", GoodRequests.Gradient().ToJsonString() },
        { "/v1/gradients", GoodRequests.Gradient().With("gradient", """{ "kind": "hvp", "cotangent": [[1, 2], [3, 4], [5, 6]], "tangent": [[1], [2], [3]] }""")
            .ToJsonString() },
        { "/v1/gradients", GoodRequests.Gradient().With("network.dtype", "\"float64\"").ToJsonString() },
        { "/v1/forward", GoodRequests.Forward().ToJsonString() },
        { "/v1/gradients/compare", GoodRequests.Forward().ToJsonString() },
        { "/v1/objectives", GoodRequests.Objective().ToJsonString() },
        { "/v1/objectives/compare", GoodRequests.Objective().Without("batchNorm").ToJsonString() },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task An_id_and_a_name_are_answered_as_the_spec_is(string path, string request)
    {
        var described = JsonNode.Parse(request)!;
        var id = await _client.StoreAsync(described["network"]!.ToJsonString());
        var name = $"as-{id[..8]}";
        using var named = await _client.MoveAsync(name, id);
        var expected = Comparable(await _application.SucceedAsync(path, described));
        foreach (var reference in new[] { $$"""{ "id": "{{id}}" }""", $$"""{ "name": "{{name}}" }""" })
        {
            Assert.Equal(expected, Comparable(await _application.SucceedAsync(path, described.DeepClone().With("network", reference))));
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task What_is_not_stored_is_not_found(string path, string request)
    {
        var (unknown, nobody) = (JsonNode.Parse(request)!.With("network", """{ "id": "0123" }"""),
            JsonNode.Parse(request)!.With("network", """{ "name": "nobody" }"""));
        (await ProblemAnswer.PostAsync(_application, path, unknown.ToJsonString()))
            .AssertSays(404, "network.id", "Expected the id of a stored network, got '0123'. GET /v1/networks lists them.");
        (await ProblemAnswer.PostAsync(_application, path, nobody.ToJsonString()))
            .AssertSays(404, "network.name", "Expected the name of a stored network, got 'nobody'. GET /v1/networks lists them.");
    }

    [Theory]
    [InlineData("""{ "id": "0", "name": "a" }""", "network", "Expected an id or a name, got both.")]
    [InlineData("""{ "name": null }""", "network", "Expected an id or a name, got neither.")]
    [InlineData("""{ "name": "a", "seed": 1 }""", "network.seed", "Expected a known field, got 'seed'…")]
    [InlineData("""{ "inputShape": [1], "layers": [{ "type": "tanh" }], "id": "a" }""", "network.id", "Expected a known field, got 'id'…")]
    [InlineData("""{ "id": 5 }""", "network.id", "Expected a string, got 5.")]
    public async Task A_reference_says_one_thing(string network, string path, string message)
    {
        var (status, body) = await _application.PostAsync("/v1/forward", GoodRequests.Forward().With("network", network).ToJsonString());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        var got = (string)body["errors"]![path]![0]!;
        Assert.True(message.EndsWith('…') ? got.StartsWith(message[..^1], StringComparison.Ordinal) : got == message, got);
    }

    [Fact]
    public async Task Parameters_are_laid_over_the_stored_ones_for_one_request_alone()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(5));
        var all = await _client.GetJsonAsync($"/v1/networks/{id}/parameters");
        const string Overlay = """{ "2.running_mean": [0.1, 0.2, 0.3], "2.running_var": [0.5, 0.6, 0.7], "2.num_batches_tracked": 9, "3.bias": [7, 8] }""";
        foreach (var (name, value) in JsonNode.Parse(Overlay)!.AsObject())
        {
            all[name] = value!.DeepClone();
        }

        var whole = JsonNode.Parse(NetworkRequests.Spec(5))!.AsObject();
        whole.Remove("seed");
        whole["parameters"] = all;
        var ask = GoodRequests.Gradient().With("batchNorm.mode", "\"eval\"");
        var plain = await _application.SucceedAsync("/v1/gradients", ask.DeepClone().With("network", $$"""{ "id": "{{id}}" }"""));
        var laid = await _application.SucceedAsync("/v1/gradients", ask.DeepClone().With("network", $$"""{ "id": "{{id}}", "parameters": {{Overlay}} }"""));
        Assert.Equal(Comparable(await _application.SucceedAsync("/v1/gradients", ask.DeepClone().With("network", whole.ToJsonString()))), Comparable(laid));
        Assert.NotEqual(Comparable(plain), Comparable(laid));
        Assert.Equal(9, (int)laid["batchNorm"]!["layers"]![0]!["batchesTracked"]!);
        Assert.Equal(Comparable(plain),
            Comparable(await _application.SucceedAsync("/v1/gradients", ask.DeepClone().With("network", $$"""{ "id": "{{id}}" }"""))));
    }

    [Fact]
    public async Task Running_statistics_that_come_back_go_in_again_as_in_a_training_loop()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(6));
        var first = await _application.SucceedAsync("/v1/forward", GoodRequests.Forward().With("network", $$"""{ "id": "{{id}}" }"""));
        var layer = first["batchNorm"]!["layers"]![0]!;
        var statistics = $$"""{ "2.running_mean": {{layer["runningMean"]!.ToJsonString()}}, "2.running_var": """
            + $$"""{{layer["runningVariance"]!.ToJsonString()}}, "2.num_batches_tracked": {{layer["batchesTracked"]}} }""";
        var second = await _application.SucceedAsync("/v1/forward",
            GoodRequests.Forward().With("network", $$"""{ "id": "{{id}}", "parameters": {{statistics}} }"""));
        Assert.Equal(2, (int)second["batchNorm"]!["layers"]![0]!["batchesTracked"]!);
    }

    [Theory]
    [InlineData("""{ "4.weight": [1] }""", "network.parameters['4.weight']",
        "Expected the name of a parameter of this network, as in PyTorch's state_dict, got '4.weight'…")]
    [InlineData("""{ "3.bias": [1] }""", "network.parameters['3.bias']", "Expected shape [2], got shape [1].")]
    public async Task What_cannot_be_laid_over_is_refused(string overlay, string path, string message)
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(5));
        (await ProblemAnswer.PostAsync(_application, "/v1/forward",
            GoodRequests.Forward().With("network", $$"""{ "id": "{{id}}", "parameters": {{overlay}} }""").ToJsonString())).AssertSays(400, path, message);
    }

    [Fact]
    public async Task An_archive_of_arrays_may_refer_too_and_its_parameters_are_laid_over()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(5));
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "request.json", Encoding.UTF8.GetBytes($$"""{ "network": { "id": "{{id}}" }, "batchNorm": { "mode": "eval" } }"""));
            Add(zip, "inputs.npy", Npy(new NdArray(new Shape(1, 1), [0.5f])));
            Add(zip, "parameters/3.bias.npy", Npy(new NdArray(new Shape(2), [7f, 8f])));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/forward")
        {
            Content = new ByteArrayContent(archive.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-npz") } },
        };
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await _client.SendAsync(request);
        var outputs = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["outputs"]!.ToJsonString();
        var same = await _application.SucceedAsync("/v1/forward",
            JsonNode.Parse($$"""{ "network": { "id": "{{id}}", "parameters": { "3.bias": [7, 8] } }, "inputs": [[0.5]], "batchNorm": { "mode": "eval" } }""")!);
        Assert.Equal(same["outputs"]!.ToJsonString(), outputs);
    }

    /// <summary>An answer without what differs from one to the next.</summary>
    private static string Comparable(JsonNode answer)
    {
        foreach (var report in (IEnumerable<JsonNode?>)[answer, .. answer["results"]?.AsArray() ?? []])
        {
            report?["diagnostics"]?.AsObject().Remove("timings");
        }

        return answer.ToJsonString();
    }

    private static void Add(ZipArchive archive, string name, byte[] content)
    {
        using var member = archive.CreateEntry(name).Open();
        member.Write(content);
    }

    private static byte[] Npy(NdArray array) => [.. NpyWriter.HeaderOf(array), .. array.RawBytes];
}
