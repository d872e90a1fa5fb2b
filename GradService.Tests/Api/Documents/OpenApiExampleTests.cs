using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Documents;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Documents;

/// <summary>The examples of the document: what it shows works, and what it shows as answers is true.</summary>
[Collection(SharedApplication.Name)]
public sealed class OpenApiExampleTests(GradApplication application)
{
    [Fact]
    public async Task Every_request_example_succeeds()
    {
        var examples = await RequestExamplesAsync();
        Assert.NotEmpty(examples);
        foreach (var (method, path, name, request, accept) in examples)
        {
            // As the page does: it takes the first form of the answer.
            using var client = application.CreateClient();
            using var message = new HttpRequestMessage(new HttpMethod(method), path)
            {
                Content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json"),
            };
            message.Headers.Accept.ParseAdd(accept);
            using var response = await client.SendAsync(message);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created,
                $"{method} {path}, example {name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task What_a_path_is_filled_with_is_there_once_the_first_example_is_stored()
    {
        var (_, path, _, request, _) = (await RequestExamplesAsync()).First(example => example.Path == "/v1/networks");
        await application.PostAsync(path, request.ToJsonString());
        using var client = application.CreateClient();
        var read = (await PathsAsync()).Where(each => each.Key.Contains('{', StringComparison.Ordinal) && each.Value!["get"] is not null).ToList();
        Assert.NotEmpty(read);
        foreach (var (template, operations) in read)
        {
            using var response = await client.GetAsync(Filled(template, operations!["get"]!));
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"GET {template}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task Execute_sends_nothing_that_nobody_has_written_but_what_a_path_is_filled_with()
    {
        var operations = (await PathsAsync()).SelectMany(path => path.Value!.AsObject()).ToList();
        var filledIn = from operation in operations
            from parameter in operation.Value!["parameters"]?.AsArray() ?? []
            let schema = parameter!["schema"]!
            where new[] { parameter["example"], parameter["examples"], schema["default"], schema["example"] }.Any(sent => sent is not null)
            select (Method: operation.Key, In: (string)parameter!["in"]!);
        Assert.NotEmpty(filledIn);
        Assert.All(filledIn, each => Assert.True(each is { Method: not "delete", In: "path" }, $"{each}"));

        // A field of a form that has no example is sent as "string".
        var fields = from operation in operations
            from field in operation.Value!["requestBody"]?["content"]?["multipart/form-data"]?["schema"]!["properties"]?.AsObject() ?? []
            where (string?)field.Value!["format"] != "binary"
            select (field.Key, Example: (string?)field.Value!["example"]);
        Assert.Contains(("name", ""), fields);
        Assert.All(fields, field => Assert.NotNull(field.Example));
    }

    [Fact]
    public async Task Every_operation_with_a_body_in_json_has_examples_with_a_summary()
    {
        var bodies = (await PathsAsync()).SelectMany(path => path.Value!.AsObject())
            .Select(operation => operation.Value!["requestBody"]?["content"]?["application/json"]).OfType<JsonNode>();
        Assert.All(bodies, body =>
        {
            var examples = body["examples"]!.AsObject();
            Assert.NotEmpty(examples);
            Assert.All(examples, example => Assert.False(string.IsNullOrWhiteSpace((string?)example.Value!["summary"])));
        });
    }

    [Fact]
    public async Task The_first_example_shows_the_vanishing_gradient()
    {
        var (_, path, name, request, _) = (await RequestExamplesAsync())[0];
        Assert.Equal(("/v1/gradients", "forum"), (path, name));
        var findings = (await application.SucceedAsync(path, request))["diagnostics"]!["findings"]!.AsArray();
        Assert.Contains("sum-gradient-vanishes", findings.Select(finding => (string)finding!["code"]!));
    }

    [Theory]
    [InlineData("Gradients")]
    [InlineData("CompareGradients")]
    [InlineData("Forward")]
    [InlineData("Objectives")]
    [InlineData("CompareObjectives")]
    [InlineData("Figures")]
    public async Task Documented_answers_are_what_the_service_answers(string operation)
    {
        var endpoint = application.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Single(candidate => candidate.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == operation);
        var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        var first = endpoint.Metadata.GetOrderedMetadata<RequestExample>()[0].Json;
        var recorded = JsonNode.Parse(await File.ReadAllTextAsync(OpenApiFiles.Answers(operation)))!.AsObject();
        var answers = new JsonObject();
        if (endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>()
            .Any(produced => produced.StatusCode == 200 && produced.ContentTypes.Contains("application/json")))
        {
            answers["200"] = await AnswerAsync(path, 200, first, "application/json", "application/json");
        }

        foreach (var problem in endpoint.Metadata.GetOrderedMetadata<DocumentedProblem>())
        {
            var example = problem.Example!;

            // A full queue, a missed deadline and a slow body are not had by asking: their tests are elsewhere, and their example stays as it is.
            answers.Add($"{problem.StatusCode}", problem.SaysWhenToRetry || problem.StatusCode == 408
                ? recorded[$"{problem.StatusCode}"]?.DeepClone()
                : await AnswerAsync(path, problem.StatusCode, example.Request ?? first, example.ContentType, example.Accept));
        }

        // Only what is no longer true is replaced: times and trace identifiers differ in every run.
        var difference = Difference(answers, recorded, operation);
        if (difference is not null && OpenApiFiles.Updating)
        {
            OpenApiFiles.Write(OpenApiFiles.Answers(operation), answers);
            difference = null;
        }

        Assert.True(difference is null, $"{difference} differs from the recorded answer. {OpenApiFiles.HowToUpdate}");
    }

    private async Task<JsonNode> AnswerAsync(string path, int status, string json, string contentType, string accept)
    {
        using var client = application.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, contentType) };
        request.Headers.Accept.ParseAdd(accept);
        using var response = await client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>
    /// The path of the first difference beyond what differs between runs and processors: the last digits of numbers, and sentences of
    /// findings, which quote rounding noise.
    /// </summary>
    private static string? Difference(JsonNode? now, JsonNode? recorded, string path) => (now, recorded) switch
    {
        (JsonObject a, JsonObject b) => !a.Select(field => field.Key).SequenceEqual(b.Select(field => field.Key)) ? path
            : a.Where(field => field.Key is not ("traceId" or "timings" or "engine" or "message"))
                .Select(field => Difference(field.Value, b[field.Key], $"{path}.{field.Key}")).FirstOrDefault(found => found is not null),
        (JsonArray a, JsonArray b) => a.Count != b.Count ? path
            : a.Zip(b).Select((pair, index) => Difference(pair.First, pair.Second, $"{path}[{index}]")).FirstOrDefault(found => found is not null),
        (JsonValue a, JsonValue b) when a.TryGetValue<double>(out var x) && b.TryGetValue<double>(out var y) =>
            Math.Abs(x - y) <= 1e-5 * Math.Max(1, Math.Abs(y)) ? null : $"{path} ({x} beside {y})",
        _ => JsonNode.DeepEquals(now, recorded) ? null : path,
    };

    private async Task<IReadOnlyList<(string Method, string Path, string Name, JsonNode Request, string Accept)>> RequestExamplesAsync()
    {
        return [.. from path in await PathsAsync()
            from operation in path.Value!.AsObject()
            from example in operation.Value!["requestBody"]?["content"]?["application/json"]?["examples"]?.AsObject() ?? []
            select (operation.Key, Filled(path.Key, operation.Value), example.Key, example.Value!["value"]!,
                operation.Value["responses"]!.AsObject().First().Value!["content"]!.AsObject().First().Key)];
    }

    private async Task<JsonObject> PathsAsync()
    {
        using var client = application.CreateClient();
        return JsonNode.Parse(await client.GetStringAsync("/swagger/v1/swagger.json"))!["paths"]!.AsObject();
    }

    /// <summary>The path with the examples of its parameters.</summary>
    private static string Filled(string path, JsonNode operation) => (operation["parameters"]?.AsArray() ?? [])
        .Where(parameter => (string?)parameter!["in"] == "path")
        .Aggregate(path, (filled, parameter) => filled.Replace($"{{{parameter!["name"]}}}", (string)parameter["example"]!, StringComparison.Ordinal));
}
