using System.Text;
using System.Text.Json.Nodes;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using Microsoft.OpenApi;

namespace GradService.Tests.Api.Documents;

/// <summary>/swagger/v1/swagger.json as a document.</summary>
[Collection(SharedApplication.Name)]
public sealed class OpenApiDocumentTests(GradApplication application)
{
    [Fact]
    public async Task The_document_is_valid()
    {
        using var client = application.CreateClient();
        var read = OpenApiDocument.Parse(await client.GetStringAsync("/swagger/v1/swagger.json"), "json");
        Assert.Empty(read.Diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(read.Diagnostic.Warnings.Select(warning => $"{warning.Pointer}: {warning.Message}"));
    }

    [Fact]
    public async Task The_document_equals_the_committed_copy()
    {
        var document = await DocumentAsync();
        if (OpenApiFiles.Updating)
        {
            OpenApiFiles.Write(OpenApiFiles.Document, document);
        }

        var committed = JsonNode.Parse(await File.ReadAllTextAsync(OpenApiFiles.Document));
        Assert.True(JsonNode.DeepEquals(document, committed),
            $"The document is not what GradService.Tests/Api/Documents/openapi.json says it was: {FirstDifference(document, committed, "#")}. "
                + $"{OpenApiFiles.HowToUpdate}");
    }

    [Fact]
    public async Task The_user_interface_is_served()
    {
        using var client = application.CreateClient();
        var page = await client.GetStringAsync("/swagger");
        Assert.Contains("GradService", page, StringComparison.Ordinal);
        Assert.Contains("""<meta name="viewport" content="width=device-width, initial-scale=1">""", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_property_and_every_schema_has_a_description()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!.AsObject();
        var silent = schemas.SelectMany(schema => (schema.Value!["properties"]?.AsObject() ?? [])
            .Select(property => (Name: $"{schema.Key}.{property.Key}", Node: property.Value)).Append((Name: schema.Key, Node: schema.Value)))
            .Where(described => string.IsNullOrWhiteSpace((string?)(described.Node!["$ref"] is { } reference
                ? schemas[((string)reference!).Split('/')[^1]]! : described.Node)["description"]))
            .Select(described => described.Name);
        Assert.Empty(silent);
    }

    [Fact]
    public async Task Every_line_of_a_list_of_names_says_what_the_name_means()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!.AsObject();
        Assert.DoesNotContain(schemas.SelectMany(schema => schema.Value!["description"]!.ToString().Split('\n')),
            line => line.StartsWith("- `", StringComparison.Ordinal) && line.TrimEnd().EndsWith("`:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_operation_has_an_id_a_summary_a_description_and_a_described_tag()
    {
        var document = await DocumentAsync();
        var tags = document["tags"]!.AsArray().Where(tag => !string.IsNullOrWhiteSpace((string?)tag!["description"]))
            .Select(tag => (string)tag!["name"]!).ToList();
        Assert.All(Operations(document), operation =>
        {
            Assert.All(["operationId", "summary", "description"],
                (string field) => Assert.False(string.IsNullOrWhiteSpace((string?)operation.Node[field]), $"{operation.Path} has no {field}"));
            Assert.All(operation.Node["tags"]!.AsArray(), tag => Assert.Contains((string)tag!, tags));
        });
    }

    [Fact]
    public async Task Every_status_is_described_in_words_of_its_own()
    {
        string[] none = ["OK", "Bad Request", "Not Acceptable", "Payload Too Large", "Content Too Large", "Unsupported Media Type", "Unprocessable Content",
            "Unprocessable Entity", "Too Many Requests", "Service Unavailable", "Client Error", "Server Error", ""];
        Assert.All(Operations(await DocumentAsync()), operation => Assert.All(operation.Node["responses"]!.AsObject(), response =>
            Assert.DoesNotContain((string?)response.Value!["description"] ?? "", none)));
    }

    [Theory]
    [InlineData("/v1/gradients")]
    [InlineData("/v1/gradients/compare")]
    [InlineData("/v1/forward")]
    [InlineData("/v1/objectives")]
    [InlineData("/v1/objectives/compare")]
    [InlineData("/v1/figures")]
    public async Task An_operation_that_computes_documents_its_problems(string path)
    {
        var responses = (await DocumentAsync())["paths"]![path]!["post"]!["responses"]!;
        Assert.All(["400", "404", "406", "413", "415", "422", "429", "503"],
            (string status) => Assert.NotNull(responses[status]?["content"]?["application/problem+json"]?["schema"]));
        Assert.All(["400", "404", "413", "422"], (string status) => Assert.NotNull(responses[status]!["content"]!["application/problem+json"]!["examples"]));
    }

    [Fact]
    public async Task All_layers_are_told_apart_by_type() => AssertFamily(await DocumentAsync(), "Layer", "type", LayerTable.All.Keys);

    [Fact]
    public async Task All_kinds_are_told_apart_by_kind() => AssertFamily(await DocumentAsync(), "Question", "kind", QuestionTable.All.Keys);

    [Fact]
    public async Task All_modes_may_be_written_with_their_fields() =>
        AssertFamily(await DocumentAsync(), "BatchNormModeWithFields", "type", BatchNormMode.All.Select(mode => mode.Name));

    [Fact]
    public async Task All_modes_are_named_and_described()
    {
        var mode = (await DocumentAsync())["components"]!["schemas"]!["BatchNormMode"]!;
        Assert.Equal(BatchNormMode.All.Select(each => each.Name), mode["enum"]!.AsArray().Select(name => (string)name!));
        Assert.All(BatchNormMode.All, each => Assert.Contains($"- `{each.Name}`: {each.Description}", (string)mode["description"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_reference_resolves()
    {
        var document = await DocumentAsync();
        Assert.All(References(document),
            reference => Assert.NotNull(reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)document, (node, key) => node?[key])));
    }

    private static void AssertFamily(JsonNode document, string name, string discriminator, IEnumerable<string> members)
    {
        var schemas = document["components"]!["schemas"]!;
        var family = schemas[name]!;
        Assert.Equal(discriminator, (string)family["discriminator"]!["propertyName"]!);
        var mapping = family["discriminator"]!["mapping"]!.AsObject();
        Assert.Equal(members, mapping.Select(member => member.Key));
        Assert.Equal(mapping.Select(member => (string)member.Value!), family["oneOf"]!.AsArray().Select(member => (string)member!["$ref"]!));
        Assert.All(mapping, member =>
        {
            var schema = schemas[((string)member.Value!).Split('/')[^1]]!;
            Assert.Equal(member.Key, (string)Assert.Single(schema["properties"]![discriminator]!["enum"]!.AsArray())!);
            Assert.Contains(discriminator, schema["required"]!.AsArray().Select(required => (string)required!));
            Assert.False((bool)schema["additionalProperties"]!);
        });
    }

    private async Task<JsonNode> DocumentAsync()
    {
        using var client = application.CreateClient();
        return JsonNode.Parse(await client.GetStringAsync("/swagger/v1/swagger.json"))!;
    }

    private static IEnumerable<(string Path, JsonNode Node)> Operations(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => ($"{method.Key} {path.Key}", method.Value!)));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject record => record.SelectMany(field => field.Key == "$ref" ? [(string)field.Value!] : References(field.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    private static string FirstDifference(JsonNode? now, JsonNode? then, string path) => (now, then) switch
    {
        (JsonObject a, JsonObject b)
            when a.Select(pair => pair.Key).Union(b.Select(pair => pair.Key)).FirstOrDefault(key => !JsonNode.DeepEquals(a[key], b[key])) is { } key =>
                FirstDifference(a[key], b[key], $"{path}/{key}"),
        (JsonArray a, JsonArray b) when a.Count == b.Count =>
            FirstDifference(a.Zip(b).First(pair => !JsonNode.DeepEquals(pair.First, pair.Second)).First,
                a.Zip(b).First(pair => !JsonNode.DeepEquals(pair.First, pair.Second)).Second, path + "/…"),
        _ => new StringBuilder($"at {path} it now has ").Append(now?.ToJsonString() ?? "nothing").Append(", then ")
            .Append(then?.ToJsonString() ?? "nothing").ToString(),
    };
}
