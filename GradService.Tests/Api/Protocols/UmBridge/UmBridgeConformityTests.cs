using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Protocols.UmBridge;

/// <summary>What the protocol's own conformity test asks of a server, of every model: all inputs and vectors are zeros.</summary>
public sealed class UmBridgeConformityTests(ServedApplication application) : IClassFixture<ServedApplication>
{
    private readonly UmBridgeClient _client = new(application);

    public static TheoryData<string> Models => new() { "forum", "wide", "image" };

    public static TheoryData<string, string> Derivatives =>
        new() { { "forum", "Gradient" }, { "forum", "ApplyJacobian" }, { "forum", "ApplyHessian" }, { "wide", "Gradient" }, { "wide", "ApplyJacobian" },
            { "wide", "ApplyHessian" }, { "image", "Gradient" }, { "image", "ApplyJacobian" }, { "image", "ApplyHessian" } };

    [Fact]
    public async Task Every_name_is_a_model() => Assert.Superset(new HashSet<string> { "forum", "wide", "image" }, (await _client.ModelsAsync()).ToHashSet());

    [Fact]
    public async Task The_root_answers_HEAD()
    {
        using var client = application.CreateClient();
        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Shared_memory_is_not_offered()
    {
        using var client = application.CreateClient();
        using var response = await client.PostAsync("/TestShMem", new StringContent("""{ "name": "forum", "tid": "1" }"""));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.True(JsonNode.Parse(await response.Content.ReadAsStringAsync()) is JsonObject);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_model_supports_everything(string model) =>
        Assert.Equal("""{"Evaluate":true,"Gradient":true,"ApplyJacobian":true,"ApplyHessian":true}""",
            (await _client.AskAsync("ModelInfo", "support", Name(model))).ToJsonString());

    [Theory]
    [InlineData("forum", 2, 2)]
    [InlineData("wide", 6, 4)]
    [InlineData("image", 32, 16)]
    public async Task Sizes_without_a_config_are_those_of_two_samples(string model, int inputs, int outputs) =>
        Assert.Equal([inputs, outputs], [.. await SizesAsync("InputSizes", model, null), .. await SizesAsync("OutputSizes", model, null)]);

    [Theory]
    [InlineData("forum", 5, 5)]
    [InlineData("wide", 15, 10)]
    [InlineData("image", 80, 40)]
    public async Task Sizes_follow_the_batch_size_of_the_config(string model, int inputs, int outputs) =>
        Assert.Equal([inputs, outputs], [.. await SizesAsync("InputSizes", model, 5), .. await SizesAsync("OutputSizes", model, 5)]);

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_batch_of_zeros_is_evaluated_to_one_vector_of_the_size_that_was_told(string model)
    {
        var output = (await _client.AskAsync("Evaluate", "output", await RequestAsync(model))).Deserialize<double[][]>()!;
        Assert.Equal(await SizesAsync("OutputSizes", model, null), output.Select(vector => vector.Length));
        Assert.All(output[0], number => Assert.True(double.IsFinite(number)));
    }

    [Theory]
    [MemberData(nameof(Derivatives))]
    public async Task A_derivative_at_a_batch_of_zeros_has_the_size_that_was_told(string model, string operation)
    {
        var derivative = await _client.VectorAsync(operation, await RequestAsync(model, operation));
        Assert.Equal((await SizesAsync(operation == "ApplyJacobian" ? "OutputSizes" : "InputSizes", model, null))[0], derivative.Length);
        Assert.All(derivative, number => Assert.True(double.IsFinite(number)));
    }

    [Theory]
    [InlineData("ModelInfo")]
    [InlineData("InputSizes")]
    [InlineData("OutputSizes")]
    [InlineData("Evaluate")]
    [InlineData("Gradient")]
    [InlineData("ApplyJacobian")]
    [InlineData("ApplyHessian")]
    public async Task Of_a_wrong_name_that_is_said_first(string operation)
    {
        Assert.StartsWith("name: Expected the name of a model", await _client.RefusedAsync(operation, "ModelNotFound", ""), StringComparison.Ordinal);
        await _client.RefusedAsync(operation, "ModelNotFound", "{}");
        await _client.RefusedAsync(operation, "ModelNotFound", "null");
        await _client.RefusedAsync(operation, "ModelNotFound", """{ "name": 7 }""");
        Assert.Contains("'wrong_model_name'", await _client.RefusedAsync(operation, "ModelNotFound", """{ "name": "wrong_model_name" }"""),
            StringComparison.Ordinal);
        await _client.RefusedAsync(operation, "ModelNotFound", """{ "name": "wrong_model_name", "input": 7, "config": 8 }""");
    }

    [Theory]
    [InlineData("Evaluate")]
    [InlineData("Gradient")]
    [InlineData("ApplyJacobian")]
    [InlineData("ApplyHessian")]
    public async Task Inputs_of_a_wrong_size_are_refused(string operation)
    {
        var longer = await RequestAsync("wide", operation);
        longer["input"]![0]!.AsArray().Add(0.0);
        Assert.Equal("input[0]: Expected 6 numbers, as a batch of 2 (config.batchSize) of shape [3] has, got 7.",
            await _client.RefusedAsync(operation, "InvalidInput", longer.ToJsonString()));
        var two = await RequestAsync("wide", operation);
        two["input"]!.AsArray().Add(two["input"]![0]!.DeepClone());
        Assert.StartsWith("input: Expected a list of one vector", await _client.RefusedAsync(operation, "InvalidInput", two.ToJsonString()),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gradient", "inWrt")]
    [InlineData("Gradient", "outWrt")]
    [InlineData("ApplyJacobian", "inWrt")]
    [InlineData("ApplyJacobian", "outWrt")]
    [InlineData("ApplyHessian", "inWrt1")]
    [InlineData("ApplyHessian", "inWrt2")]
    [InlineData("ApplyHessian", "outWrt")]
    public async Task An_index_beyond_the_one_vector_is_refused(string operation, string index)
    {
        var request = await RequestAsync("wide", operation);
        request[index] = 1;
        Assert.StartsWith($"{index}: Expected 0", await _client.RefusedAsync(operation, "InvalidInput", request.ToJsonString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gradient", "sens", 4)]
    [InlineData("ApplyJacobian", "vec", 6)]
    [InlineData("ApplyHessian", "sens", 4)]
    [InlineData("ApplyHessian", "vec", 6)]
    public async Task A_vector_of_a_wrong_size_is_refused(string operation, string field, int size)
    {
        var request = await RequestAsync("wide", operation);
        request[field]!.AsArray().Add(0.0);
        Assert.StartsWith($"{field}: Expected {size} numbers", await _client.RefusedAsync(operation, "InvalidInput", request.ToJsonString()),
            StringComparison.Ordinal);
    }

    private async Task<int[]> SizesAsync(string operation, string model, int? batchSize)
    {
        var request = Name(model);
        if (batchSize is { } size)
        {
            request["config"] = new JsonObject { ["batchSize"] = size };
        }

        return (await _client.AskAsync(operation, char.ToLowerInvariant(operation[0]) + operation[1..], request)).Deserialize<int[]>()!;
    }

    /// <summary>As the conformity test puts it together: zeros of the sizes that were told, and an empty config.</summary>
    private async Task<JsonObject> RequestAsync(string model, string operation = "Evaluate")
    {
        var (inputs, outputs) = ((await SizesAsync("InputSizes", model, null))[0], (await SizesAsync("OutputSizes", model, null))[0]);
        var request = Name(model);
        (request["input"], request["config"]) = (new JsonArray(Zeros(inputs)), new JsonObject());
        (request["outWrt"], request["inWrt"], request["inWrt1"], request["inWrt2"]) = (0, 0, 0, 0);
        (request["sens"], request["vec"]) = (Zeros(outputs), Zeros(inputs));
        return operation == "Evaluate" ? Name(model, request["input"]!.DeepClone()) : request;
    }

    private static JsonObject Name(string model, JsonNode? input = null) =>
        input is null ? new() { ["name"] = model } : new() { ["name"] = model, ["input"] = input, ["config"] = new JsonObject() };

    private static JsonArray Zeros(int count) => [.. Enumerable.Repeat(0.0, count).Select(zero => (JsonNode)zero)];
}
