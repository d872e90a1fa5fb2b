using System.Text.RegularExpressions;
using GradService.Tests.Docs;

namespace GradService.Tests.Deployment;

/// <summary>What .dockerignore keeps from the builder, by Docker's rules: the last pattern that fits decides, and "!" takes back.</summary>
internal sealed class DockerIgnore(string text)
{
    private readonly IReadOnlyList<(Regex Pattern, bool Ignores)> _rules = [.. text.Split('\n').Select(line => line.Trim())
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => (Pattern(line.TrimStart('!').Trim('/')), line[0] != '!'))];

    public static DockerIgnore OfTheProject { get; } = new(Repository.Read(".dockerignore"));

    /// <summary>Whether a file, by its path from the root, is kept back: itself or a folder that it is in.</summary>
    public bool Ignores(string path) => _rules.Aggregate(false, (ignored, rule) => rule.Pattern.IsMatch(path) ? rule.Ignores : ignored);

    private static Regex Pattern(string pattern)
    {
        var expression = Regex.Escape(pattern)
            .Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal)
            .Replace(@"\*\*", ".*", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
            .Replace(@"\?", "[^/]", StringComparison.Ordinal);
        return new Regex($"^{expression}(/.*)?$", RegexOptions.CultureInvariant);
    }
}
