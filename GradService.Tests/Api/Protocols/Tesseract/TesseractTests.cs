using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Tests.Api.Hosting.Security;
using Microsoft.OpenApi;

namespace GradService.Tests.Api.Protocols.Tesseract;

/// <summary>The calls of Tesseract's Python client, and those that its bridge to JAX makes of them.</summary>
public sealed class TesseractTests(ServedApplication application) : IClassFixture<ServedApplication>
{
    private static readonly string[] Endpoints = ["apply", "jacobian", "jacobian_vector_product", "vector_jacobian_product", "health", "abstract_eval"];

    private static readonly float[] Points = [0.25f, 0.5f, 0.75f];

    private readonly TesseractClient _forum = new(application, "forum");

    [Fact]
    public async Task The_client_sees_health_and_the_endpoints_in_the_document()
    {
        Assert.Equal("""{"status":"ok"}""", (await _forum.GetAsync("health")).ToJsonString());
        var document = await _forum.GetAsync("openapi.json");
        Assert.Equal(Endpoints, document["paths"]!.AsObject().Select(path => path.Key.TrimStart('/')));
        Assert.Equal(["get"], document["paths"]!["/health"]!.AsObject().Select(method => method.Key));
    }

    [Theory]
    [InlineData("forum", """{"shape":[null,1],"dtype":"float32"}""", """{"shape":[null,1],"dtype":"float32"}""")]
    [InlineData("wide", """{"shape":[null,3],"dtype":"float64"}""", """{"shape":[null,2],"dtype":"float64"}""")]
    [InlineData("image", """{"shape":[null,1,4,4],"dtype":"float32"}""", """{"shape":[null,2,2,2],"dtype":"float32"}""")]
    public async Task The_document_has_what_the_bridge_to_JAX_reads(string name, string input, string output)
    {
        var schemas = (await new TesseractClient(application, name).GetAsync("openapi.json"))["components"]!["schemas"]!;
        Assert.Equal(["inputs", "mode"], schemas["Apply_InputSchema"]!["properties"]!.AsObject().Select(property => property.Key));
        Assert.Equal(["outputs"], schemas["Apply_OutputSchema"]!["properties"]!.AsObject().Select(property => property.Key));
        Assert.Equal($$"""{"inputs":{{input}}}""", schemas["ApplyInputSchema"]!["differentiable_arrays"]!.ToJsonString());
        Assert.Equal($$"""{"outputs":{{output}}}""", schemas["ApplyOutputSchema"]!["differentiable_arrays"]!.ToJsonString());
        Assert.Equal("""{"":["inputs","mode"]}""", schemas["ApplyInputSchema"]!["field_order"]!.ToJsonString());
        Assert.Equal("""{"":["outputs"]}""", schemas["ApplyOutputSchema"]!["field_order"]!.ToJsonString());
    }

    [Fact]
    public async Task The_document_is_valid()
    {
        var read = OpenApiDocument.Parse((await _forum.GetAsync("openapi.json")).ToJsonString(), "json");
        Assert.Empty(read.Diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
    }

    /// <summary>Tracing asks for shapes, then the function is evaluated, then differentiated forwards and backwards.</summary>
    [Fact]
    public async Task The_sequence_of_calls_of_the_bridge_to_JAX_gives_what_it_expects()
    {
        var x = TesseractClient.Encode(Points, 3, 1);
        var @abstract = await _forum.AskAsync("abstract_eval", new JsonObject
        {
            ["inputs"] = new JsonObject { ["inputs"] = new JsonObject { ["shape"] = new JsonArray(3, 1), ["dtype"] = "float32" }, ["mode"] = "train" },
        });
        Assert.Equal("""{"outputs":{"shape":[3,1],"dtype":"float32"}}""", @abstract.ToJsonString());

        var applied = await _forum.AskAsync("apply", new JsonObject { ["inputs"] = new JsonObject { ["inputs"] = x.DeepClone(), ["mode"] = "train" } });
        var (shape, y) = TesseractClient.Decode(applied["outputs"]!);
        Assert.Equal([3, 1], shape);

        var tangent = TesseractClient.Encode([1f, 0f, 0f], 3, 1);
        var forward = await _forum.AskAsync("jacobian_vector_product", new JsonObject
        {
            ["inputs"] = new JsonObject { ["inputs"] = x.DeepClone(), ["mode"] = "train" },
            ["jvp_inputs"] = new JsonArray("inputs"),
            ["jvp_outputs"] = new JsonArray("outputs"),
            ["tangent_vector"] = new JsonObject { ["inputs"] = tangent },
        });
        Assert.Equal(["outputs"], forward.AsObject().Select(field => field.Key));
        var column = TesseractClient.Decode(forward["outputs"]!);
        Assert.Equal([3, 1], column.Shape);

        var backward = await _forum.AskAsync("vector_jacobian_product", new JsonObject
        {
            ["inputs"] = new JsonObject { ["inputs"] = x.DeepClone(), ["mode"] = "train" },
            ["vjp_inputs"] = new JsonArray("inputs"),
            ["vjp_outputs"] = new JsonArray("outputs"),
            ["cotangent_vector"] = new JsonObject { ["outputs"] = TesseractClient.Encode([0f, 1f, 0f], 3, 1) },
        });
        Assert.Equal(["inputs"], backward.AsObject().Select(field => field.Key));
        var row = TesseractClient.Decode(backward["inputs"]!);

        var jacobian = await _forum.AskAsync("jacobian", new JsonObject
        {
            ["inputs"] = new JsonObject { ["inputs"] = x.DeepClone(), ["mode"] = "train" },
            ["jac_inputs"] = new JsonArray("inputs"),
            ["jac_outputs"] = new JsonArray("outputs"),
        });
        var (of, entries) = TesseractClient.Decode(jacobian["outputs"]!["inputs"]!);
        Assert.Equal([3, 1, 3, 1], of);

        // ∂y₁/∂x₀, three ways; in float32 the ways may differ in the last bits of numbers near 1.
        Assert.Equal(entries[3], column.Values[1], 1e-5);
        Assert.Equal(entries[3], row.Values[0], 1e-5);

        // And against a plain difference of outputs.
        var moved = TesseractClient.Decode((await _forum.AskAsync("apply",
            new JsonObject { ["inputs"] = new JsonObject { ["inputs"] = TesseractClient.Encode([0.26f, 0.5f, 0.75f], 3, 1) } }))["outputs"]!).Values;
        Assert.Equal((moved[1] - y[1]) / 0.01, entries[3], 0.05 * Math.Abs(entries[3]) + 1e-2);
    }

    [Theory]
    [InlineData(null, "json")]
    [InlineData("*/*", "json")]
    [InlineData("application/json", "json")]
    [InlineData("application/json+base64", "base64")]
    [InlineData("text/html, application/xhtml+xml, */*;q=0.8", "json")]
    public async Task The_encoding_of_an_answer_follows_Accept_and_its_numbers_do_not(string? accept, string encoding)
    {
        var payload = new JsonObject { ["inputs"] = new JsonObject { ["inputs"] = TesseractClient.Encode(Points, 3, 1) } };
        var outputs = (await new TesseractClient(application, "forum") { Accept = accept }.AskAsync("apply", payload))["outputs"]!;
        Assert.Equal(encoding, (string)outputs["data"]!["encoding"]!);
        Assert.Equal(TesseractClient.Decode((await _forum.AskAsync("apply", payload.DeepClone()))["outputs"]!).Values, TesseractClient.Decode(outputs).Values);
    }

    /// <summary>The same three numbers however they are written.</summary>
    [Theory]
    [InlineData("""[[0], [1], [2]]""")]
    [InlineData("""{ "object_type": "array", "shape": [3, 1], "dtype": "float32", "data": { "encoding": "json", "buffer": [[0], [1], [2]] } }""")]
    [InlineData("""{ "shape": [3, 1], "dtype": "int64", "data": { "encoding": "json", "buffer": [0, 1, 2] } }""")]
    [InlineData("""{ "shape": [3, 1], "dtype": "float16", "data": { "encoding": "base64", "buffer": "AAAAPABA" } }""")]
    [InlineData("""{ "shape": [3, 1], "dtype": "float64", "data": { "encoding": "base64", "buffer": "AAAAAAAAAAAAAAAAAADwPwAAAAAAAABA" } }""")]
    [InlineData("""{ "shape": [3, 1], "dtype": "int8", "data": { "encoding": "base64", "buffer": "AAEC", "compression": null } }""")]
    [InlineData("""{ "shape": [3, 1], "dtype": "uint16", "data": { "encoding": "base64", "buffer": "AAABAAIA" } }""")]
    [InlineData("""{ "shape": [3, 1], "dtype": "uint32", "data": { "encoding": "base64", "buffer": "\u0041AAAAAEAAAACAAAA" } }""")]
    public async Task Arrays_are_read_in_every_form_and_type(string array)
    {
        var expected = TesseractClient.Decode((await _forum.AskAsync("apply",
            new JsonObject { ["inputs"] = new JsonObject { ["inputs"] = TesseractClient.Encode([0f, 1f, 2f], 3, 1) } }))["outputs"]!);
        var answer = TesseractClient.Decode(
            (await _forum.AskAsync("apply", new JsonObject { ["inputs"] = new JsonObject { ["inputs"] = JsonNode.Parse(array) } }))["outputs"]!);
        Assert.Equal(expected.Values, answer.Values);
    }

    /// <summary>A number of single precision is that number in a network of double precision, not the digits that it was written with.</summary>
    [Fact]
    public async Task A_number_has_the_precision_that_its_array_says()
    {
        var wide = new TesseractClient(application, "wide");
        static JsonObject Of(JsonNode array) => new() { ["inputs"] = new JsonObject { ["inputs"] = array } };
        var single = JsonNode.Parse("""{ "shape": [2, 3], "dtype": "float32", "data": { "encoding": "json", "buffer": [0.1, 0.2, 0.3, 0.4, 0.5, 0.7] } }""")!;
        var expected = TesseractClient.Decode(
            (await wide.AskAsync("apply", Of(TesseractClient.Encode([0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.7f], 2, 3))))["outputs"]!);
        Assert.Equal(expected.Values, TesseractClient.Decode((await wide.AskAsync("apply", Of(single)))["outputs"]!).Values);
        Assert.NotEqual(expected.Values,
            TesseractClient.Decode((await wide.AskAsync("apply", Of(TesseractClient.Encode([0.1, 0.2, 0.3, 0.4, 0.5, 0.7], 2, 3))))["outputs"]!).Values);
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_a_problem_document()
    {
        using var client = application.CreateClient();
        foreach (var endpoint in Endpoints.Where(endpoint => endpoint != "health"))
        {
            Assert.Equal(404, (await ProblemAnswer.PostAsync(application, $"/tesseract/nobody/{endpoint}", "null")).Status);
        }

        Assert.Equal(404, (await ProblemAnswer.OfAsync(await client.GetAsync("/tesseract/nobody/health"))).Status);
        Assert.Equal(404, (await ProblemAnswer.OfAsync(await client.GetAsync("/tesseract/nobody/openapi.json"))).Status);
    }

    [Fact]
    public async Task A_Jacobian_over_the_limit_is_a_problem_document_that_names_the_limit()
    {
        await using var small = new ServedApplication { Settings = [("Limits:MaxResultBytes", "1024")] };
        await small.InitializeAsync();
        var points = string.Join(", ", Enumerable.Range(0, 100).Select(point => $"[{point}]"));
        var answer = await ProblemAnswer.PostAsync(small, "/tesseract/forum/jacobian",
            $$"""{ "inputs": { "inputs": [{{points}}] }, "jac_inputs": ["inputs"], "jac_outputs": ["outputs"] }""");
        Assert.Equal(413, answer.Status);
        Assert.Contains("MaxResultBytes", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_keys_are_configured_they_are_needed_here()
    {
        await using var locked = new ServedApplication { Settings = [("ApiKeys:0:Name", "one"), ("ApiKeys:0:Sha256", Keys.Hash)] };
        using var client = locked.CreateClient();
        using var refused = await client.GetAsync("/tesseract/forum/health");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        client.DefaultRequestHeaders.Add("X-Api-Key", Keys.Text);
        using var known = await client.GetAsync("/tesseract/forum/health");
        Assert.Equal(HttpStatusCode.NotFound, known.StatusCode);
    }

    /// <summary>Answers in base64 are the numbers' own bytes.</summary>
    [Fact]
    public async Task What_is_not_finite_comes_as_it_is_in_both_encodings()
    {
        await application.StoreAsync("overflowing",
            """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }], "parameters": { "0.weight": [[1e38]], "0.bias": [0] } }""");
        var payload = new JsonObject { ["inputs"] = new JsonObject { ["inputs"] = new JsonArray(new JsonArray(100), new JsonArray(-100)) } };
        var lists = (await new TesseractClient(application, "overflowing").AskAsync("apply", payload))["outputs"]!;
        Assert.Equal("""[["Infinity"],["-Infinity"]]""", lists["data"]!["buffer"]!.ToJsonString());
        var bytes = (await new TesseractClient(application, "overflowing") { Accept = "application/json+base64" }
            .AskAsync("apply", payload.DeepClone()))["outputs"]!;
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity],
            MemoryMarshal.Cast<byte, float>(Convert.FromBase64String((string)bytes["data"]!["buffer"]!)).ToArray());
    }

    [Fact]
    public async Task Abstract_evaluation_takes_whole_arrays_and_computes_nothing()
    {
        var answer = await _forum.AskAsync("abstract_eval", new JsonObject { ["inputs"] = new JsonObject { ["inputs"] = TesseractClient.Encode([0f], 1, 1) } });
        Assert.Equal("""{"outputs":{"shape":[1,1],"dtype":"float32"}}""", answer.ToJsonString());
        Assert.Equal(JsonValueKind.Array, answer["outputs"]!["shape"]!.GetValueKind());
    }
}
