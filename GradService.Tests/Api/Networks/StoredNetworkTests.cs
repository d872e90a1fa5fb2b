using System.Net;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Networks;

/// <summary>Networks are stored once by their content, listed, read and deleted.</summary>
public sealed class StoredNetworkTests : IClassFixture<GradApplication>, IDisposable
{
    private readonly GradApplication _application;
    private readonly HttpClient _client;

    public StoredNetworkTests(GradApplication application) => (_application, _client) = (application, application.CreateClient());

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_new_network_is_created_at_its_location_and_the_same_again_is_there_already()
    {
        const string Body = """{ "name": "forum", "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, """
            + """{ "type": "batchNorm", "affine": false }, { "type": "linear", "outFeatures": 1 }], "seed": 7 } }""";
        using var created = await _client.PostAsync("/v1/networks", NetworkRequests.Json(Body));
        var report = JsonNode.Parse(await created.Content.ReadAsStringAsync())!;
        var id = (string)report["id"]!;
        Assert.Equal((HttpStatusCode.Created, $"/v1/networks/{id}"), (created.StatusCode, created.Headers.Location!.ToString()));
        Assert.Equal("""["forum",[1],[1],31]""",
            new JsonArray(report["name"]!.DeepClone(), report["inputShape"]!.DeepClone(), report["outputShape"]!.DeepClone(),
                report["parameterCount"]!.DeepClone()).ToJsonString());
        Assert.EndsWith("Z", (string)report["createdAt"]!, StringComparison.Ordinal);

        var (status, again) = await _client.PostNetworkAsync(NetworkRequests.Json(Body));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(JsonNode.DeepEquals(report, again));
        Assert.True(JsonNode.DeepEquals(report, await _client.GetJsonAsync($"/v1/networks/{id}")));
    }

    /// <summary>An id must stay what it is: networks that are stored today are asked for tomorrow.</summary>
    [Fact]
    public async Task The_id_of_a_network_is_the_same_in_every_version() =>
        Assert.StartsWith("92de",
            (await _client.StoreAsync(
                """{ "inputShape": [2], "layers": [{ "type": "linear", "outFeatures": 1 }, """
                    + """{ "type": "batchNorm", "eps": 0.001 }], "parameters": { "0.weight": [[0.5, -1.5]], "0.bias": """
                    + """[0.25], "1.weight": [1], "1.bias": [0] } }""")), StringComparison.Ordinal);

    private static readonly string[] Same =
    [
        """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }, """
            + """{ "type": "batchNorm" }], "parameters": { "0.weight": [[0.5]], "0.bias": [0.25], "1.weight": [1], "1.bias": [0] } }""",
        """{ "parameters": { "1.bias": [0], "1.weight": [1.0], "0.bias": [2.5e-1], "0.weight": [[0.5]] }, "dtype": "float32", "layers": [{ "outFeatures": """
            + """1, "type": "linear" }, { "type": "batchNorm" }], "inputShape": [1] }""",
        """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1, "bias": true }, """
            + """{ "type": "batchNorm", "affine": true, "eps": 1e-5, "momentum": 0.1, "trackRunningStats": true }], "parameters": { "0.weight": """
            + """[[0.5]], "0.bias": [0.25], "1.weight": [1], "1.bias": [0] } }""",
        """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }, """
            + """{ "type": "batchNorm" }], "seed": 12, "parameters": { "0.weight": [[0.5]], "0.bias": [0.25] } }""",
        """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }, """
            + """{ "type": "batchNorm" }], "parameters": { "0.weight": { "shape": [1, 1], "dtype": "float64", "base64": "AAAAAAAA4D8=" }, "0.bias": """
            + """{ "shape": [1], "dtype": "float32", "base64": "AACAPg==" }, "1.weight": [1], "1.bias": [0], "1.running_mean": [0], "1.running_var": """
            + """[1], "1.num_batches_tracked": 0 } }""",
    ];

    public static TheoryData<string> SameNetworks => [.. Same];

    [Theory]
    [MemberData(nameof(SameNetworks))]
    public async Task The_same_network_has_the_same_id_however_it_is_written_down(string spec) =>
        Assert.Equal(await _client.StoreAsync(Same[0]), await _client.StoreAsync(spec));

    [Fact]
    public async Task Whatever_makes_another_network_makes_another_id()
    {
        string[] others =
        [
            NetworkRequests.Spec(1), NetworkRequests.Spec(2),
            NetworkRequests.Spec(1).Replace("\"seed\"", "\"dtype\": \"float64\", \"seed\"", StringComparison.Ordinal),
            NetworkRequests.Spec(1).Replace("\"tanh\"", "\"sigmoid\"", StringComparison.Ordinal),
            NetworkRequests.Spec(1).Replace("[1]", "[2]", StringComparison.Ordinal),
            NetworkRequests.Spec(1).Replace("\"batchNorm\"", "\"batchNorm\", \"momentum\": null", StringComparison.Ordinal),
            NetworkRequests.Spec(1).Replace("\"seed\"", "\"parameters\": { \"2.num_batches_tracked\": 1 }, \"seed\"", StringComparison.Ordinal),
        ];
        var ids = new HashSet<string>();
        foreach (var spec in others)
        {
            Assert.True(ids.Add(await _client.StoreAsync(spec)), spec);
        }
    }

    [Fact]
    public async Task A_network_has_all_that_it_had_and_its_spec_can_be_stored_again()
    {
        var id = await _client.StoreAsync(
            """{ "inputShape": [2, 4, 4], "layers": [{ "type": "conv2d", "outChannels": 3, "kernelSize": [2, 3], "padding": "same" }, """
                + """{ "type": "batchNorm", "momentum": null }, { "type": "residual", "layers": [{ "type": "gelu", "approximate": "tanh" }] }, """
                + """{ "type": "maxPool2d", "kernelSize": 2 }, { "type": "flatten" }, """
                + """{ "type": "linear", "outFeatures": 2 }], "dtype": "float64", "seed": 3 }""");
        var report = await _client.GetJsonAsync($"/v1/networks/{id}");
        Assert.Equal("[2,4,4] [2] 71", $"{report["inputShape"]!.ToJsonString()} {report["outputShape"]!.ToJsonString()} {report["parameterCount"]}");
        var network = report["network"]!.DeepClone();
        Assert.Null(network["seed"]);
        network["parameters"] = await _client.GetJsonAsync($"/v1/networks/{id}/parameters");
        Assert.Equal(id, await _client.StoreAsync(network.ToJsonString()));
    }

    [Fact]
    public async Task Pages_have_every_network_once_in_the_order_in_which_they_came_though_some_are_deleted_meanwhile()
    {
        await using var application = new GradApplication();
        using var client = application.CreateClient();
        var ids = new List<string>();
        for (var seed = 0; seed < 7; seed++)
        {
            ids.Add(await client.StoreAsync(NetworkRequests.Spec(seed), seed == 4 ? "four" : null));
        }

        var (seen, after) = (new List<string>(), "");
        for (var pages = 0; pages < 10; pages++)
        {
            var page = await client.GetJsonAsync($"/v1/networks?limit=2{after}");
            seen.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            Assert.All(page["items"]!.AsArray(), item => Assert.Equal((string)item!["id"]! == ids[4] ? "four" : null, (string?)item["name"]));
            using var deleted = await client.DeleteAsync($"/v1/networks/{seen[^1]}");
            if (page["next"] is null)
            {
                Assert.True(page.AsObject().ContainsKey("next"));
                break;
            }

            after = $"&after={page["next"]}";
        }

        Assert.Equal(ids, seen);
        Assert.Empty((await client.GetJsonAsync($"/v1/networks?after={long.MaxValue}"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("limit=0", "limit", "Expected an integer from 1 to 1000, got '0'.")]
    [InlineData("limit=1001", "limit", "Expected an integer from 1 to 1000, got '1001'.")]
    [InlineData("limit=ten", "limit", "Expected an integer from 1 to 1000, got 'ten'.")]
    [InlineData("after=x", "after", "Expected what \"next\" of the page before was, got 'x'.")]
    [InlineData("after=-1", "after", "Expected what \"next\" of the page before was, got '-1'.")]
    public async Task A_page_that_there_cannot_be_is_refused(string query, string path, string message) =>
        (await ProblemAnswer.OfAsync(await _client.GetAsync($"/v1/networks?{query}"))).AssertSays(400, path, message);

    [Fact]
    public async Task A_network_is_deleted_and_not_found_any_more_in_whatever_way()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(101));
        var ask = $$"""{ "network": { "id": "{{id}}" }, "inputs": [[0], [1]] }""";
        Assert.Equal(HttpStatusCode.OK, (await _application.PostAsync("/v1/forward", ask)).Status);
        using var deleted = await _client.DeleteAsync($"/v1/networks/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        var message = $"Expected the id of a stored network, got '{id[..40]}…'. GET /v1/networks lists them.";
        (await ProblemAnswer.OfAsync(await _client.GetAsync($"/v1/networks/{id}"))).AssertSays(404, "id", message);
        (await ProblemAnswer.OfAsync(await _client.GetAsync($"/v1/networks/{id}/parameters"))).AssertSays(404, "id", message);
        (await ProblemAnswer.OfAsync(await _client.DeleteAsync($"/v1/networks/{id}"))).AssertSays(404, "id", message);

        // It is still in the cache of built networks, and yet not there.
        (await ProblemAnswer.PostAsync(_application, "/v1/forward", ask)).AssertSays(404, "network.id", message);
        Assert.Equal(id, await _client.StoreAsync(NetworkRequests.Spec(101)));
        Assert.Equal(HttpStatusCode.OK, (await _application.PostAsync("/v1/forward", ask)).Status);
    }

    [Fact]
    public async Task A_network_with_names_is_not_deleted_and_they_are_told()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(102), "kept-by-a");
        using var second = await _client.MoveAsync("kept-by-b", id);
        var refusal = await ProblemAnswer.OfAsync(await _client.DeleteAsync($"/v1/networks/{id}"));
        refusal.AssertSays(409, "id", "Expected a network that no name points to, got one with the names kept-by-a, kept-by-b. Delete these names first…");
        using var a = await _client.DeleteAsync("/v1/names/kept-by-a");
        using var b = await _client.DeleteAsync("/v1/names/kept-by-b");
        using var network = await _client.DeleteAsync($"/v1/networks/{id}");
        Assert.All([a, b, network], answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
    }

    [Fact]
    public async Task A_name_that_points_to_other_content_is_a_conflict_and_nothing_is_stored()
    {
        await using var application = new GradApplication();
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1), "taken");
        var refusal = await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "name": "taken", "network": {{NetworkRequests.Spec(2)}} }""");
        refusal.AssertSays(409, "name",
            $"Expected a name that is free, or that points to the same content, got 'taken', which points to {id}. Move it on purpose: PUT /v1/names/taken.");
        Assert.Single((await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray());
        var (status, body) = await client.PostNetworkAsync(NetworkRequests.Json($$"""{ "name": "second", "network": {{NetworkRequests.Spec(1)}} }"""));
        Assert.Equal((HttpStatusCode.OK, "second", """["second","taken"]"""), (status, (string)body["name"]!, body["names"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("""{ "network": 5 }""", "network", "Expected an object, got 5.")]
    [InlineData("""{ "name": "a" }""", "network", "Expected an object, got nothing.")]
    [InlineData("""{ "name": "A", "network": { "inputShape": [1], "layers": [{ "type": "tanh" }] } }""", "name",
        "Expected 1 to 64 of the characters a-z, 0-9, '.', '_' and '-', not only dots, got 'A'.")]
    [InlineData("""{ "name": "", "network": { "inputShape": [1], "layers": [{ "type": "tanh" }] } }""", "name", "Expected 1 to 64…")]
    [InlineData("""{ "name": "..", "network": { "inputShape": [1], "layers": [{ "type": "tanh" }] } }""", "name", "Expected 1 to 64…")]
    [InlineData("""{ "name": "a\n", "network": { "inputShape": [1], "layers": [{ "type": "tanh" }] } }""", "name", "Expected 1 to 64…")]
    [InlineData("""{ "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }], "parameters": { "0.weight": [[1]] } } }""",
        "network.parameters['0.bias']", "Expected values of shape [1], got nothing…")]
    [InlineData("""{ "network": { "id": "0", "name": "a" } }""", "network", "Expected an id or a name, got both.")]
    [InlineData("""{ "network": { "id": "0", "layers": [] } }""", "network.layers", "Expected a known field, got 'layers'…")]
    public async Task What_is_no_network_is_refused_by_its_path(string body, string path, string message) =>
        (await ProblemAnswer.PostAsync(_application, "/v1/networks", body)).AssertSays(400, path, message);

    [Fact]
    public async Task A_stored_network_with_other_numbers_laid_over_it_is_stored_as_another()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(103), "base");
        var (status, body) = await _client.PostNetworkAsync(
            NetworkRequests.Json("""{ "network": { "name": "base", "parameters": { "2.running_mean": [1, 2, 3] } } }"""));
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.NotEqual(id, (string)body["id"]!);
        Assert.Equal("[1,2,3]", (await _client.GetJsonAsync($"/v1/networks/{body["id"]}/parameters"))["2.running_mean"]!.ToJsonString());
        Assert.Equal("[0,0,0]", (await _client.GetJsonAsync($"/v1/networks/{id}/parameters"))["2.running_mean"]!.ToJsonString());
    }

    [Fact]
    public async Task A_network_of_too_many_parameters_is_refused_before_anything_is_drawn()
    {
        var refusal = await ProblemAnswer.PostAsync(_application, "/v1/networks",
            """{ "network": { "inputShape": [100000], "layers": [{ "type": "linear", "outFeatures": 100000 }] } }""");
        Assert.Equal(413, refusal.Status);
        Assert.Contains("limit MaxParameters", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_asked_for_as_everywhere()
    {
        await using var guarded = new GradApplication { Settings = [("ApiKeys:0:Name", "lab"), ("ApiKeys:0:Sha256", new string('0', 64))] };
        using var client = guarded.CreateClient();
        foreach (var (method, path) in new[] { ("POST", "/v1/networks"), ("GET", "/v1/networks"), ("GET", "/v1/networks/x"), ("DELETE", "/v1/networks/x"),
            ("GET", "/v1/networks/x/parameters"), ("PUT", "/v1/names/x"), ("GET", "/v1/names/x"), ("DELETE", "/v1/names/x") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }
}
