using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Fuzz.Mutations;
using GradService.Tests.Problems;

namespace GradService.Tests.Api.Documents;

/// <summary>The document is true: of its examples, of its recorded answers, and of what the service answers to whatever it is asked.</summary>
[Collection(SharedApplication.Name)]
public sealed class DocumentOracleTests(GradApplication application)
{
    private const int Requests = 500;
    private static readonly DocumentOracle Form = DocumentOracle.Committed;

    [Fact]
    public async Task Every_example_is_as_documented()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(OpenApiFiles.Document))!;
        var faults = from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            let method = new HttpMethod(operation.Key.ToUpperInvariant())
            from fault in RequestExamples(operation.Value!)
                .SelectMany(example => Form.FaultsOf(method, path.Key, example.Value.ToJsonString()).Select(fault => $"request {example.Name}: {fault}"))
                .Concat(AnswerExamples(operation.Value!).SelectMany(example => Form
                    .FaultsOf(method, path.Key, example.Status, example.Media, example.Value.ToJsonString())
                    .Select(fault => $"answer {(int)example.Status}: {fault}")))
            select $"{method} {path.Key}, {fault}";
        Assert.Empty(faults);
    }

    [Fact]
    public async Task Random_requests_and_their_answers_are_as_documented()
    {
        var answered = 0;
        await RandomProblems.Dense.Any.SampleAsync(
            async problem =>
            {
                var (path, request) = Draw(problem);
                var text = request.ToJsonString();
                var faults = Form.FaultsOf(HttpMethod.Post, path, text);
                Assert.True(faults.Count == 0, $"{path}, not as documented:\n{string.Join('\n', faults)}\n{text}");
                var sent = problem.Draws().Next(4) == 0 ? StructureMutation.Mutate(text, problem.Draws()) : text;
                using var client = application.CreateClient();
                using var content = new StringContent(sent, Encoding.UTF8, "application/json");
                using var response = await client.PostAsync(path, content);
                answered += response.IsSuccessStatusCode ? 1 : 0;
                Form.AssertHolds(response, await response.Content.ReadAsStringAsync());
            },
            iter: RandomCases.Count(Requests), threads: 1);

        // Some are changed on purpose, and some ask for what there is not, such as a figure of four inputs.
        Assert.True(answered >= RandomCases.Count(Requests) / 2, $"{answered} were answered");
    }

    [Theory]
    [InlineData("""[{ "type": "tanh", "slope": 1 }]""", "[[0]]", """{ "kind": "sum" }""", "slope")]
    [InlineData("""[{ "type": "tank" }]""", "[[0]]", """{ "kind": "sum" }""", "layers/0/type")]
    [InlineData("""[{ "type": "tanh" }]""", "[[0]]", """{ "kind": "vjp" }""", "cotangent")]
    [InlineData("""[{ "type": "tanh" }]""", "true", """{ "kind": "sum" }""", "inputs")]
    public void A_request_that_is_not_as_documented_is_found_out(string layers, string inputs, string gradient, string where) =>
        Assert.Contains(
            Form.FaultsOf(HttpMethod.Post, "/v1/gradients",
                $$"""{ "network": { "inputShape": [1], "layers": {{layers}} }, "inputs": {{inputs}}, "gradient": {{gradient}} }"""),
            fault => fault.Contains(where, StringComparison.Ordinal));

    [Theory]
    [InlineData(HttpStatusCode.OK, "application/json", """{ "status": "live", "since": 1 }""", null)]
    [InlineData(HttpStatusCode.OK, "application/json", """{ "status": 1 }""", "status")]
    [InlineData(HttpStatusCode.OK, "application/json", "{}", "status")]
    [InlineData(HttpStatusCode.OK, "text/plain", "live", "text/plain")]
    public void An_answer_that_is_not_as_documented_is_found_out(HttpStatusCode status, string media, string answer, string? where)
    {
        var faults = Form.FaultsOf(HttpMethod.Get, "/health/live", status, media, answer);
        Assert.Equal(where is null, faults.Count == 0);
        Assert.All(faults, fault => Assert.Contains(where!, fault, StringComparison.Ordinal));
    }

    private static IEnumerable<(string Name, JsonNode Value)> RequestExamples(JsonNode operation) =>
        (operation["requestBody"]?["content"]?["application/json"]?["examples"]?.AsObject() ?? []).Select(example => (example.Key, example.Value!["value"]!));

    private static IEnumerable<(HttpStatusCode Status, string Media, JsonNode Value)> AnswerExamples(JsonNode operation) =>
        from response in operation["responses"]!.AsObject()
        where response.Key != "default"
        from form in response.Value!["content"]?.AsObject() ?? []
        from example in (form.Value!["examples"]?.AsObject() ?? []).Select(each => each.Value!["value"]).Append(form.Value["example"])
        where example is not null
        select ((HttpStatusCode)int.Parse(response.Key, CultureInfo.InvariantCulture), form.Key, example);

    /// <summary>A request about a problem, to any endpoint that takes a network.</summary>
    private static (string Path, JsonObject Request) Draw(Problem problem)
    {
        var random = problem.Draws();
        if (random.Next(5) == 0)
        {
            var (losses, mode) = (new RandomObjectives(problem.Salt), new JsonObject { ["mode"] = random.Next(2) == 0 ? "train" : "reference" });
            return ("/v1/objectives", With(random.Next(2) == 0 ? losses.Draw(mode, null) : losses.DrawWithAll(mode, null), random, signs: false));
        }

        var request = With(new JsonObject
        {
            ["network"] = Json(problem.Network),
            ["inputs"] = Json(new NdArray(problem.InputShape, problem.Inputs)),
            ["batchNorm"] = BatchNorm(problem),
        }, random);
        var question = Question(problem, random);
        return random.Next(6) switch
        {
            0 => ("/v1/forward", request),
            1 => ("/v1/networks", new JsonObject { ["network"] = Json(problem.Network) }),
            2 => ("/v1/figures", new JsonObject { ["of"] = "gradients", ["request"] = Asking(request, new JsonObject { ["kind"] = "perSample" }) }),
            3 => ("/v1/gradients/compare", Comparing(request, question)),
            _ => ("/v1/gradients", Asking(request, question)),
        };
    }

    /// <param name="request">The request.</param>
    /// <param name="random">What is drawn from.</param>
    /// <param name="signs">Whether signs can be compared, which a loss does not have.</param>
    private static JsonObject With(JsonObject request, Random random, bool signs = true)
    {
        if (random.Next(3) == 0)
        {
            request["encoding"] = "base64";
        }

        if (random.Next(3) == 0)
        {
            request["diagnostics"] = new JsonObject { ["finiteDifferences"] = random.Next(2) == 0, ["compareSigns"] = signs && random.Next(2) == 0 };
        }

        return request;
    }

    private static JsonObject Asking(JsonObject request, JsonObject question)
    {
        request["gradient"] = question;
        return request;
    }

    private static JsonObject Comparing(JsonObject request, JsonObject question)
    {
        request.Remove("batchNorm");
        request["gradient"] = question;
        var kind = (string)question["kind"]!;
        request["compare"] = new JsonArray(Entry("train", kind), Entry("trainDetached", kind), Entry("eval", kind));
        return request;
    }

    private static JsonObject Entry(string mode, string kind) => new() { ["mode"] = mode, ["kind"] = kind };

    private static JsonObject BatchNorm(Problem problem)
    {
        var modes = new JsonObject { ["mode"] = problem.Norm.Mode.Name };
        if (problem.Norm.Layers is { } layers)
        {
            modes["layers"] = new JsonObject(layers.Select(layer => KeyValuePair.Create(layer.Key, (JsonNode?)layer.Value.Name)));
        }

        if (problem.Norm.ReferenceInputs is { } reference)
        {
            modes["referenceInputs"] = Json(reference);
        }

        return modes;
    }

    private static JsonObject Question(Problem problem, Random random)
    {
        JsonNode Like(params long[] shape) => Json(Problem.Draw(random, shape));
        var inputs = problem.InputShape.Dimensions.ToArray();
        long[] outputs = [problem.Samples, problem.OutputElements];
        return random.Next(9) switch
        {
            0 => new JsonObject { ["kind"] = "sum" },
            1 => new JsonObject { ["kind"] = "perSample" },
            2 => new JsonObject { ["kind"] = "jacobian", ["form"] = "factored" },
            3 => new JsonObject { ["kind"] = "jacobian" },
            4 => new JsonObject { ["kind"] = "vjp", ["cotangent"] = Like(outputs) },
            5 => new JsonObject { ["kind"] = "jvp", ["tangent"] = Like(inputs) },
            6 => new JsonObject { ["kind"] = "hvp", ["cotangent"] = Like(outputs), ["tangent"] = Like(inputs) },
            7 => new JsonObject { ["kind"] = "derivatives", ["order"] = random.Next(1, 4) },
            _ => new JsonObject { ["kind"] = random.Next(2) == 0 ? "hessian" : "laplacian" },
        };
    }

    private static JsonNode Json(NetworkSpec network)
    {
        var json = JsonSerializer.SerializeToNode(network with { Parameters = null }, JsonServices.Options)!;
        json["parameters"] = new JsonObject(network.Parameters!.Select(parameter => KeyValuePair.Create(parameter.Key, (JsonNode?)Json(parameter.Value))));
        return json;
    }

    private static JsonNode Json(NdArray array) => JsonNode.Parse(NestedLists.Of(array.Doubles.ToArray(), array.Shape.Dimensions))!;
}
