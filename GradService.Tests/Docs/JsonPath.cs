using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GradService.Tests.Docs;

/// <summary>As much of JSONPath as .http files need: "$.batchNorm.layers[0].runningMean".</summary>
internal static partial class JsonPath
{
    /// <summary>What is at the path, null where that is null.</summary>
    /// <exception cref="FormatException">The path is no such path, or leads nowhere.</exception>
    public static JsonNode? Find(JsonNode from, string path)
    {
        if (!WholePath().IsMatch(path))
        {
            throw new FormatException($"'{path}' is no path that this reader knows");
        }

        JsonNode? at = from;
        foreach (var step in Steps().Matches(path).Select(match => match.Value))
        {
            at = step[0] == '['
                ? at!.AsArray()[int.Parse(step[1..^1], CultureInfo.InvariantCulture)]
                : at!.AsObject().TryGetPropertyValue(step[1..], out var property)
                ? property
                : throw new FormatException($"there is no '{step[1..]}' on the way along '{path}'");
        }

        return at;
    }

    [GeneratedRegex(@"^\$(\.\w+|\[\d+\])*$")]
    private static partial Regex WholePath();

    [GeneratedRegex(@"\.\w+|\[\d+\]")]
    private static partial Regex Steps();
}
