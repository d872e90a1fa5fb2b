using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradService.Fuzz.Mutations;

/// <summary>What every answer must be, whatever was asked: a result, or a refusal in the form that clients of its path know.</summary>
internal static class AnswerRules
{
    private const int LongestRefusal = 100_000;
    private const string Json = "application/json";

    /// <summary>What would tell a caller how the service is built rather than what to do.</summary>
    public static IReadOnlyList<string> Unspeakable { get; } =
        ["   at ", "System.", "GradService.", "Microsoft.", "TorchSharp.", "Exception", ".cs", ".dll", "Change the reader options", "isFinalBlock"];

    /// <summary>
    /// The statuses that a request may come to, and where each is defined: 503 by a deadline, or by want of memory; 507 by
    /// want of room for networks.
    /// </summary>
    public static IReadOnlyDictionary<int, string> TypeOf { get; } = new Dictionary<int, string>
    {
        [400] = "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        [404] = "https://tools.ietf.org/html/rfc9110#section-15.5.5",
        [406] = "https://tools.ietf.org/html/rfc9110#section-15.5.7",
        [409] = "https://tools.ietf.org/html/rfc9110#section-15.5.10",
        [412] = "https://tools.ietf.org/html/rfc9110#section-15.5.13",
        [413] = "https://tools.ietf.org/html/rfc9110#section-15.5.14",
        [415] = "https://tools.ietf.org/html/rfc9110#section-15.5.16",
        [422] = "https://tools.ietf.org/html/rfc4918#section-11.2",
        [429] = "https://tools.ietf.org/html/rfc6585#section-4",
        [503] = "https://tools.ietf.org/html/rfc9110#section-15.6.4",
        [507] = "https://tools.ietf.org/html/rfc4918#section-11.5",
    };

    /// <summary>What only the paths that store may answer: made, contradicts, is not as supposed, no room.</summary>
    private static readonly int[] OfStoring = [201, 409, 412, 507];

    /// <summary>UM-Bridge's own statuses, and the types of error that each may have.</summary>
    private static readonly Dictionary<int, string[]> UmBridgeErrors = new()
    {
        [400] = ["ModelNotFound", "UnsupportedFeature", "InvalidInput"],
        [413] = ["InvalidInput"],
        [429] = ["InvalidOutput"],
        [503] = ["InvalidOutput"],
    };

    /// <summary>What Tesseract answers but for 422, as problem documents.</summary>
    private static readonly int[] TesseractProblems = [404, 413, 429, 503];

    /// <summary>What is wrong with an answer of a path; null: nothing.</summary>
    public static async Task<string?> BrokenAsync(string path, HttpResponseMessage response)
    {
        var (status, type) = ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType);
        var isStoring = path.StartsWith("/v1/networks", StringComparison.Ordinal) || path.StartsWith("/v1/names/", StringComparison.Ordinal);
        if (OfStoring.Contains(status) && !isStoring)
        {
            return $"Status {status} where nothing is stored.";
        }

        if (status is 200 or 201)
        {
            return ResultsOf(path).Contains(type) ? null : $"An answer of type {type}.";
        }

        var text = await response.Content.ReadAsStringAsync();
        return text.Length >= LongestRefusal ? $"A refusal of {text.Length} characters."
            : Unspeakable.FirstOrDefault(word => text.Contains(word, StringComparison.Ordinal)) is { } told ? $"It tells '{told}': {text}"
            : status is 429 or 503 && response.Headers.RetryAfter is null ? "It does not say when to try again."
            : !IsTesseract(path) ? IsV1(path) ? BrokenProblem(status, type, text) : BrokenUmBridge(status, type, text)
            : status == 422 ? BrokenTesseract(type, text)
            : TesseractProblems.Contains(status) ? BrokenProblem(status, type, text) : $"Status {status}: {text}";
    }

    /// <summary>Whether refusals of a path are problem documents whenever they are about the request.</summary>
    public static bool IsV1(string path) => path.StartsWith("/v1/", StringComparison.Ordinal);

    private static bool IsTesseract(string path) => path.StartsWith("/tesseract/", StringComparison.Ordinal);

    private static string[] ResultsOf(string path) =>
        path == "/v1/figures" ? ["image/svg+xml", "image/png"]
        : path.StartsWith("/v1/gradients", StringComparison.Ordinal) || path.StartsWith("/v1/objectives", StringComparison.Ordinal) || path == "/v1/forward"
        ? [Json, "application/x-npz"]
        : IsTesseract(path) ? [Json, "application/json+base64"]
        : [Json];

    private static string? BrokenProblem(int status, string? type, string text)
    {
        if (!TypeOf.TryGetValue(status, out var expected))
        {
            return $"Status {status}: {text}";
        }

        if (type != "application/problem+json")
        {
            return $"A refusal of type {type}: {text}";
        }

        var problem = JsonNode.Parse(text)!;
        return (string?)problem["type"] != expected ? $"Type {problem["type"]} for {status}."
            : (int?)problem["status"] != status ? $"It says {problem["status"]} in a {status}."
            : string.IsNullOrEmpty((string?)problem["title"]) || string.IsNullOrEmpty((string?)problem["detail"])
                || string.IsNullOrEmpty((string?)problem["traceId"]) ? $"It lacks something: {text}"
            : null;
    }

    /// <summary>{"error": {"type", "message"}} and nothing else.</summary>
    private static string? BrokenUmBridge(int status, string? type, string text) =>
        !UmBridgeErrors.TryGetValue(status, out var types) ? $"Status {status}: {text}"
        : type != Json ? $"A refusal of type {type}: {text}"
        : JsonNode.Parse(text) is JsonObject { Count: 1 } answer && answer["error"] is JsonObject { Count: 2 } error && types.Contains(Text(error["type"]))
            && !string.IsNullOrEmpty(Text(error["message"])) ? null
        : $"No error as UM-Bridge has it in a {status}: {text}";

    /// <summary>{"detail": [{"type", "loc", "msg", …}]}, as FastAPI has it.</summary>
    private static string? BrokenTesseract(string? type, string text) =>
        type != Json ? $"A refusal of type {type}: {text}"
        : JsonNode.Parse(text) is JsonObject { Count: 1 } answer && answer["detail"] is JsonArray { Count: > 0 } details && details.All(IsDetail) ? null
        : $"No detail as FastAPI has it: {text}";

    private static bool IsDetail(JsonNode? detail) => !string.IsNullOrEmpty(Text(detail?["type"])) && !string.IsNullOrEmpty(Text(detail?["msg"]))
        && detail!["loc"] is JsonArray { Count: > 0 } places && places.All(place => place?.GetValueKind() is JsonValueKind.String or JsonValueKind.Number);

    private static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? (string?)node : null;
}
