using System.Text.Json.Nodes;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using GradService.Tests.Api.Networks;
using Microsoft.OpenApi;

namespace GradService.Tests.Api.Documents;

/// <summary>/swagger/clients/v1.json, the document for generators that make classes: as /swagger/v1/swagger.json, but for unions.</summary>
[Collection(SharedApplication.Name)]
public sealed class ClientDocumentTests(GradApplication application)
{
    /// <summary>What is left of unions: a number that may be none, which generators read, and the request of a figure, which is only sent.</summary>
    private static readonly string[] Unions =
        ["components.schemas.Figure", "components.schemas.FigureBody.properties.request", "components.schemas.FigurePart.properties.request"];

    /// <summary>Words of a schema that make a type of it.</summary>
    private static readonly string[] Typing = ["type", "$ref", "allOf", "anyOf"];

    [Fact]
    public async Task The_document_is_valid()
    {
        using var client = application.CreateClient();
        var read = OpenApiDocument.Parse(await client.GetStringAsync("/swagger/clients/v1.json"), "json");
        Assert.Empty(read.Diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(read.Diagnostic.Warnings.Select(warning => $"{warning.Pointer}: {warning.Message}"));
    }

    [Fact]
    public async Task It_has_the_operations_of_the_service_and_not_those_of_protocols()
    {
        var (own, whole) = (await DocumentAsync("clients/v1.json"), await DocumentAsync("v1/swagger.json"));
        Assert.Equal(
            whole["paths"]!.AsObject().Select(path => path.Key)
                .Where(path => path.StartsWith("/v1/", StringComparison.Ordinal) || path.StartsWith("/health/", StringComparison.Ordinal)),
            own["paths"]!.AsObject().Select(path => path.Key));
        Assert.Contains("oneOf", whole["components"]!["schemas"]!["Layer"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unions_are_left_where_generators_can_read_them()
    {
        var document = await DocumentAsync("clients/v1.json");
        Assert.Equal(Unions, Nodes(document).Where(node => node["oneOf"] is not null || node["anyOf"] is not null).Select(node => node.GetPath()[2..]).Order());
    }

    /// <summary>A property without a type is of any form: a class has none for it. Those are the values of fields and a stored network's layers.</summary>
    [Fact]
    public async Task Every_property_has_a_type_but_what_is_of_any_form()
    {
        var schemas = (await DocumentAsync("clients/v1.json"))["components"]!["schemas"]!.AsObject();
        var untyped = schemas.SelectMany(schema => Nodes(schema.Value).SelectMany(node => node["properties"]?.AsObject() ?? [])
            .Where(property => Typing.All(word => property.Value![word] is null))
            .Select(property => $"{schema.Key}.{property.Key}"));
        Assert.Equal(["FieldReport.default", "FieldReport.maximum", "FieldReport.minimum", "NetworkReport.network"], untyped.Order());
    }

    [Fact]
    public async Task All_layers_extend_their_base() => AssertFamily(await DocumentAsync("clients/v1.json"), "Layer", "type", LayerTable.All.Keys);

    [Fact]
    public async Task All_kinds_extend_their_base() => AssertFamily(await DocumentAsync("clients/v1.json"), "Question", "kind", QuestionTable.All.Keys);

    [Fact]
    public async Task All_modes_extend_their_base() => AssertFamily(
        await DocumentAsync("clients/v1.json"), "BatchNormModeWithFields", "type", BatchNormMode.All.Select(mode => mode.Name));

    [Fact]
    public async Task Requests_ask_for_base64_and_answers_have_it()
    {
        var schemas = (await DocumentAsync("clients/v1.json"))["components"]!["schemas"]!;
        Assert.Equal("base64", (string)Assert.Single(schemas["ArrayEncoding"]!["enum"]!.AsArray())!);
        Assert.Contains("encoding", schemas["GradientRequest"]!["required"]!.AsArray().Select(name => (string)name!));
        Assert.Contains("#/components/schemas/EncodedArray", schemas["GradientResult"]!["properties"]!["outputs"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(schemas["ArrayEntry"]);
    }

    [Theory]
    [InlineData("/v1/gradients", """{ "gradient": { "kind": "jacobian", "form": "factored" }, "batchNorm": { "mode": { "type": "train" } },""")]
    [InlineData("/v1/gradients", """{ "gradient": { "kind": "perSample" }, "diagnostics": { "finiteDifferences": true },""")]
    [InlineData("/v1/gradients/compare",
        """{ "compare": [{ "mode": { "type": "eval" }, "kind": "sum" }, { "mode": { "type": "train" }, "kind": "sum" }],""")]
    [InlineData("/v1/forward", "{")]
    public async Task What_is_asked_as_it_says_is_answered_as_it_says(string path, string start)
    {
        using var client = application.CreateClient();
        var document = new DocumentOracle(await client.GetStringAsync("/swagger/clients/v1.json"));
        var request = start + """
              "network": {
                "inputShape": [1],
                "layers": [{ "type": "linear", "outFeatures": 3 }, { "type": "tanh" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 }],
                "seed": 7
              },
              "inputs": { "shape": [4, 1], "dtype": "float32", "base64": "AAAAAAAAgD4AAAA/AABAPw==" },
              "encoding": "base64"
            }
            """;
        Assert.Empty(document.FaultsOf(HttpMethod.Post, path, request));
        using var response = await client.PostAsync(path, NetworkRequests.Json(request));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        Assert.Empty(document.FaultsOf(HttpMethod.Post, path, response.StatusCode, "application/json", body));
    }

    [Fact]
    public async Task Schemas_that_nothing_refers_to_are_left_out_and_all_others_are_there()
    {
        var document = await DocumentAsync("clients/v1.json");
        var used = Nodes(document)
            .SelectMany(node => new[] { node["$ref"] }.Concat(node["discriminator"]?["mapping"]?.AsObject().Select(pair => pair.Value) ?? []))
            .OfType<JsonValue>().Select(reference => ((string)reference!).Split('/')[^1]).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(used, document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).Order(StringComparer.Ordinal));
    }

    private static void AssertFamily(JsonNode document, string name, string discriminator, IEnumerable<string> members)
    {
        var schemas = document["components"]!["schemas"]!;
        var mapping = schemas[name]!["discriminator"]!["mapping"]!.AsObject();
        Assert.Equal(members, mapping.Select(member => member.Key));
        Assert.All(mapping, member =>
        {
            var parts = schemas[((string)member.Value!).Split('/')[^1]]!["allOf"]!.AsArray();
            Assert.Equal($"#/components/schemas/{name}", (string)parts[0]!["$ref"]!);
            Assert.Null(parts[1]!["properties"]?[discriminator]);
            Assert.Equal(member.Key, (string)parts[2]!["properties"]![discriminator]!["default"]!);
        });
    }

    private async Task<JsonNode> DocumentAsync(string name)
    {
        using var client = application.CreateClient();
        return JsonNode.Parse(await client.GetStringAsync($"/swagger/{name}"))!;
    }

    /// <summary>All objects of a document.</summary>
    private static IEnumerable<JsonObject> Nodes(JsonNode? node) => node switch
    {
        JsonObject members => members.Select(member => member.Value).SelectMany(Nodes).Prepend(members),
        JsonArray entries => entries.SelectMany(Nodes),
        _ => [],
    };
}
