using System.Text.Json.Nodes;

namespace GradService.Fuzz.Mutations;

/// <summary>What every answer must be, whatever was asked.</summary>
internal static class AnswerRules
{
    /// <summary>What would tell a caller how the service is built rather than what to do.</summary>
    public static IReadOnlyList<string> Unspeakable { get; } = ["   at ", "System.", "GradService.", "Microsoft.", "TorchSharp.", "Exception", ".cs", ".dll", "Change the reader options", "isFinalBlock"];

    /// <summary>The statuses that a request to compute may come to, and where each is defined: 503 by a deadline, or by want of memory.</summary>
    public static IReadOnlyDictionary<int, string> TypeOf { get; } = new Dictionary<int, string>
    {
        [400] = "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        [406] = "https://tools.ietf.org/html/rfc9110#section-15.5.7",
        [413] = "https://tools.ietf.org/html/rfc9110#section-15.5.14",
        [415] = "https://tools.ietf.org/html/rfc9110#section-15.5.16",
        [422] = "https://tools.ietf.org/html/rfc4918#section-11.2",
        [429] = "https://tools.ietf.org/html/rfc6585#section-4",
        [503] = "https://tools.ietf.org/html/rfc9110#section-15.6.4",
    };

    /// <summary>What is wrong with an answer; null: nothing.</summary>
    public static async Task<string?> BrokenAsync(HttpResponseMessage response)
    {
        var (status, type) = ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType);
        if (status == 200)
        {
            return type is "application/json" or "application/x-npz" ? null : $"An answer of type {type}.";
        }

        if (!TypeOf.TryGetValue(status, out var expected))
        {
            return $"Status {status}.";
        }

        var text = await response.Content.ReadAsStringAsync();
        if (type != "application/problem+json")
        {
            return $"A refusal of type {type}.";
        }

        if (Unspeakable.FirstOrDefault(word => text.Contains(word, StringComparison.Ordinal)) is { } told)
        {
            return $"It tells '{told}': {text}";
        }

        var problem = JsonNode.Parse(text)!;
        return (string?)problem["type"] != expected ? $"Type {problem["type"]} for {status}."
            : (int?)problem["status"] != status ? $"It says {problem["status"]} in a {status}."
            : string.IsNullOrEmpty((string?)problem["title"]) || string.IsNullOrEmpty((string?)problem["detail"]) || string.IsNullOrEmpty((string?)problem["traceId"]) ? $"It lacks something: {text}"
            : status is 429 or 503 && response.Headers.RetryAfter is null ? "It does not say when to try again."
            : null;
    }
}
