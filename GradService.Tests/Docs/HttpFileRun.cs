using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GradService.Tests.Api.Documents;

namespace GradService.Tests.Docs;

/// <summary>Sends the requests of a .http file one after another, each able to use the answers of those before it.</summary>
internal sealed partial class HttpFileRun(HttpFile file, HttpClient client)
{
    private readonly Dictionary<string, JsonNode?> _answers = [];
    private readonly Dictionary<string, HttpResponseHeaders> _headers = [];

    /// <summary>What the answer to a request has that its comment does not promise; null where it keeps the promise.</summary>
    public async Task<string?> SendAsync(HttpFileRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), Expand(request.Url));
        if (request.Body.Length > 0)
        {
            // Editors end the lines of a form as its standard wants, and all others as the file has them.
            var isForm = request.Headers.Any(header => header.Value.StartsWith("multipart/", StringComparison.Ordinal));
            message.Content = new StringContent(isForm ? Expand(request.Body).ReplaceLineEndings("\r\n") : Expand(request.Body), Encoding.UTF8);
        }

        foreach (var (name, value) in request.Headers)
        {
            if (name == "Content-Type")
            {
                message.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                message.Headers.Add(name, Expand(value));
            }
        }

        using var response = await client.SendAsync(message);
        var text = await response.Content.ReadAsStringAsync();
        DocumentOracle.Committed.AssertHolds(response, text);
        var (status, promises) = Read(request.Expectation);
        if (promises is [var only] && only.StartsWith("type ", StringComparison.Ordinal) && status == (int)response.StatusCode)
        {
            return response.Content.Headers.ContentType?.ToString() == only["type ".Length..]
                ? null
                : $"expected {only}, got {response.Content.Headers.ContentType}";
        }

        // HEAD is answered without a body, and so is what has nothing to say.
        var answer = text.Length == 0 ? null : JsonNode.Parse(text);
        (_answers[request.Name], _headers[request.Name]) = (answer, response.Headers);
        return status != (int)response.StatusCode
            ? $"expected {status}, got {(int)response.StatusCode}: {text}"
            : promises.Select(promise => Broken(promise, answer)).FirstOrDefault(broken => broken is not null);
    }

    /// <summary>"200, finding kink" as 200 and ["finding kink"].</summary>
    private static (int Status, string[] Promises) Read(string expectation)
    {
        var parts = expectation.Split(", ");
        return (int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1..]);
    }

    private static string? Broken(string promise, JsonNode? answer)
    {
        if (answer is null)
        {
            return $"expected {promise}, got an empty answer";
        }

        if (promise.StartsWith("finding ", StringComparison.Ordinal))
        {
            var codes = (answer["findings"] ?? answer["diagnostics"]!["findings"])!.AsArray().Select(finding => finding!["code"]!.GetValue<string>()).ToList();
            return codes.Contains(promise["finding ".Length..]) ? null : $"expected {promise}, got {(codes.Count == 0 ? "none" : string.Join(", ", codes))}";
        }

        if (promise.StartsWith("at ", StringComparison.Ordinal))
        {
            return answer["errors"]?[promise["at ".Length..]] is null ? $"expected errors {promise}, got {answer["errors"]?.ToJsonString() ?? "none"}" : null;
        }

        var (path, value) = promise.Split(" is ") is [var left, var right]
            ? (left, right)
            : throw new FormatException($"'{promise}' is no promise that this reader knows");
        var got = JsonPath.Find(answer, path)?.ToString() ?? "null";
        return got == value ? null : $"expected {promise}, got {got}";
    }

    /// <summary>
    /// Puts variables in: "{{host}}", "{{first.response.body.$.outputs}}" and "{{first.response.headers.ETag}}" from an earlier answer, of
    /// which a text stands without quotes.
    /// </summary>
    private string Expand(string text) => Variable().Replace(text, match =>
    {
        var name = match.Groups[1].Value;
        return name.Split(".response.headers.") is [var answered, var header] ? _headers[answered].GetValues(header).Single()
            : name.Split(".response.body.") is [var earlier, var path] ? Written(JsonPath.Find(_answers[earlier]!, path)!)
            : Expand(file.Variables[name]);
    });

    private static string Written(JsonNode value) => value is JsonValue text && text.TryGetValue<string>(out var plain) ? plain : value.ToJsonString();

    [GeneratedRegex(@"\{\{\s*(.+?)\s*\}\}")]
    private static partial Regex Variable();
}
