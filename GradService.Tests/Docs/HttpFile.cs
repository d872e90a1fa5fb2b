namespace GradService.Tests.Docs;

/// <summary>
/// A .http file as editors read it: "@name = value", requests apart by "###", "# @name" and other comments, a request line,
/// headers, an empty line and a body.
/// </summary>
/// <param name="Variables">What "@name = value" sets.</param>
/// <param name="Requests">First to last.</param>
internal sealed record HttpFile(IReadOnlyDictionary<string, string> Variables, IReadOnlyList<HttpFileRequest> Requests)
{
    public static HttpFile Parse(string text)
    {
        var variables = new Dictionary<string, string>();
        var requests = new List<HttpFileRequest>();
        var lines = text.Split('\n');
        var start = 0;
        for (var end = 1; end <= lines.Length; end++)
        {
            if (end == lines.Length || IsSeparator(lines[end]))
            {
                if (ParseSection(lines[start..end], start + 1, variables) is { } request)
                {
                    requests.Add(request);
                }

                start = end;
            }
        }

        return new HttpFile(variables, requests);
    }

    private static HttpFileRequest? ParseSection(string[] lines, int firstLine, Dictionary<string, string> variables)
    {
        var title = IsSeparator(lines[0]) ? lines[0][3..].Trim() : "";
        var (name, expectation) = ("", "");
        var at = 0;
        for (; at < lines.Length && (IsComment(lines[at]) || lines[at].StartsWith('@') || string.IsNullOrWhiteSpace(lines[at])); at++)
        {
            var line = lines[at].TrimStart('#', '/', ' ');
            if (lines[at].StartsWith('@'))
            {
                var (variable, value) = Halves(lines[at][1..], '=');
                variables[variable] = value;
            }
            else if (line.StartsWith("@name ", StringComparison.Ordinal))
            {
                name = line["@name ".Length..].Trim();
            }
            else if (line.StartsWith("expect ", StringComparison.Ordinal))
            {
                expectation = line["expect ".Length..].Trim();
            }
        }

        if (at == lines.Length)
        {
            return null;
        }

        var (requestLine, method) = (firstLine + at, lines[at].Split(' ')[0]);
        var url = lines[at++][method.Length..].Trim();
        var headers = new List<KeyValuePair<string, string>>();
        for (; at < lines.Length && !string.IsNullOrWhiteSpace(lines[at]); at++)
        {
            var (header, value) = Halves(lines[at], ':');
            headers.Add(new(header, value));
        }

        return new HttpFileRequest(requestLine, title, name, expectation, method, url, headers, string.Join('\n', lines[at..]).Trim());
    }

    private static bool IsSeparator(string line) => line.StartsWith("###", StringComparison.Ordinal);

    private static bool IsComment(string line) => line.StartsWith('#') || line.StartsWith("//", StringComparison.Ordinal);

    private static (string Name, string Value) Halves(string line, char separator)
    {
        var middle = line.IndexOf(separator, StringComparison.Ordinal);
        return (line[..middle].Trim(), line[(middle + 1)..].Trim());
    }
}

/// <summary>One request as it is written, its variables not yet replaced.</summary>
/// <param name="Line">Where its request line stands, from 1.</param>
/// <param name="Title">What stands behind "###".</param>
/// <param name="Name">Of "# @name".</param>
/// <param name="Expectation">Of "# expect".</param>
/// <param name="Method">GET, HEAD or POST.</param>
/// <param name="Url">As written.</param>
/// <param name="Headers">In order.</param>
/// <param name="Body">As written; empty where there is none.</param>
internal sealed record HttpFileRequest(
    int Line, string Title, string Name, string Expectation, string Method, string Url, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body);
