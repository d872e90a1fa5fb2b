using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using Microsoft.OpenApi;

namespace GradService.Tests.Api.Documents;

/// <summary>
/// What the document says of requests and answers, held against real ones. The document is read as OpenAPI 3.1, whose schemas are JSON
/// Schema, by the library that wrote it as 3.0.
/// </summary>
internal sealed partial class DocumentOracle
{
    private const int LongestChecked = 20_000;
    private static readonly EvaluationOptions Listed = new() { OutputFormat = OutputFormat.List };
    private static readonly BuildOptions Lenient = new() { Dialect = Dialect.Draft202012 };
    private static readonly Lazy<DocumentOracle> Known = new(() => new DocumentOracle(File.ReadAllText(OpenApiFiles.Document)));
    private readonly JsonObject _paths;
    private readonly List<(Regex Path, string Key)> _templates;
    private readonly JsonObject _definitions;
    private readonly Dictionary<string, JsonSchema> _compiled = [];

    /// <param name="document">An OpenAPI document, 3.0, as JSON.</param>
    public DocumentOracle(string document)
    {
        var parsed = OpenApiDocument.Parse(document, "json").Document!;
        var json = JsonNode.Parse(parsed.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1).GetAwaiter().GetResult())!;
        _paths = json["paths"]!.AsObject();
        _templates = [.. _paths.Select(path => (new Regex($"^{Regex.Replace(path.Key, @"\{[^}]+\}", "[^/]+")}$"), path.Key))];
        _definitions = Referring(json["components"]!["schemas"]!).AsObject();
    }

    /// <summary>The committed document, which equals the served one.</summary>
    public static DocumentOracle Committed => Known.Value;

    /// <summary>What contradicts the document in an answer; empty: nothing.</summary>
    public IReadOnlyList<string> FaultsOf(HttpMethod method, string path, HttpStatusCode status, string? media, string body)
    {
        if (Operation(method, path) is not { } operation)
        {
            return [];
        }

        var responses = operation["responses"]!;
        var response = responses[((int)status).ToString(CultureInfo.InvariantCulture)] ?? responses["default"];
        return response is null ? [$"status {(int)status} is not documented"]
            : response["content"] is not JsonObject content ? (body.Length == 0 ? [] : ["a body is not documented"])
            : method == HttpMethod.Head ? []
            : media is null || content[media] is not { } form ? [$"type {media ?? "(none)"} is not documented for {(int)status}"]
            : media.EndsWith("json", StringComparison.Ordinal) ? Faults(form["schema"]!, body)
            : [];
    }

    /// <summary>Fails where an answer contradicts the document. Long ones are left out: what they are like, short ones show.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="body">Its body, which has been read.</param>
    public void AssertHolds(HttpResponseMessage response, string body)
    {
        var asked = response.RequestMessage!;
        if (body.Length <= LongestChecked)
        {
            var faults = FaultsOf(asked.Method, asked.RequestUri!.AbsolutePath, response.StatusCode, response.Content.Headers.ContentType?.MediaType, body);
            Assert.True(faults.Count == 0, $"{asked.Method} {asked.RequestUri}, not as documented:\n{string.Join('\n', faults)}\n{body}");
        }
    }

    /// <summary>What contradicts the document in the JSON of a request; empty: nothing.</summary>
    public IReadOnlyList<string> FaultsOf(HttpMethod method, string path, string body) =>
        Operation(method, path) is { } operation ? Faults(operation["requestBody"]!["content"]!["application/json"]!["schema"]!, body) : ["no such operation"];

    private JsonNode? Operation(HttpMethod method, string path)
    {
        var bare = path.Split('?')[0];
        var key = _templates.FirstOrDefault(template => template.Key == bare).Key ?? _templates.FirstOrDefault(template => template.Path.IsMatch(bare)).Key;
        return key is null ? null : _paths[key]![(method == HttpMethod.Head ? HttpMethod.Get : method).Method.ToLowerInvariant()];
    }

    private IReadOnlyList<string> Faults(JsonNode schema, string body)
    {
        using var json = JsonDocument.Parse(body);
        var evaluated = Compiled(schema).Evaluate(json.RootElement, Listed);
        var details = evaluated.Details ?? [];
        var fits = details.Where(detail => detail.IsValid).Select(detail => $"{detail.EvaluationPath} {detail.InstanceLocation}").ToHashSet();
        return evaluated.IsValid ? [] : [.. details.Where(detail => detail.Errors is { Count: > 0 } && !IsOtherForm(detail, fits))
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation} ({detail.EvaluationPath}): {error.Value}"))];
    }

    /// <summary>Whether a fault is that of one form of a value that has another one.</summary>
    private static bool IsOtherForm(EvaluationResults fault, HashSet<string> fits) => Choice().Matches(fault.EvaluationPath.ToString()).Any(choice =>
    {
        var (forms, value) = (fault.EvaluationPath.ToString()[..choice.Groups[1].Index], fault.InstanceLocation.ToString());
        return fits.Any(fit => fit.Split(' ') is [var path, var place] && path.StartsWith(forms, StringComparison.Ordinal)
            && !path[forms.Length..].Contains('/', StringComparison.Ordinal) && value.StartsWith(place, StringComparison.Ordinal));
    });

    private JsonSchema Compiled(JsonNode schema)
    {
        var text = schema.ToJsonString();
        lock (_compiled)
        {
            if (!_compiled.TryGetValue(text, out var compiled))
            {
                var whole = new JsonObject { ["allOf"] = new JsonArray(Referring(schema)), ["$defs"] = _definitions.DeepClone() };
                _compiled.Add(text, compiled = JsonSchema.FromText(whole.ToJsonString(), Lenient));
            }

            return compiled;
        }
    }

    private static JsonNode Referring(JsonNode schema) =>
        JsonNode.Parse(schema.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal))!;

    [GeneratedRegex("/(?:oneOf|anyOf)/([0-9]+)")]
    private static partial Regex Choice();
}
