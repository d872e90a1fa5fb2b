using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradService.Fuzz.Search;

/// <summary>A candidate that broke a rule, as small as it was made.</summary>
/// <param name="Candidate">It.</param>
/// <param name="Cell">The cell in which it was found.</param>
/// <param name="Rule">What it broke.</param>
/// <param name="Figure">What says so.</param>
internal sealed record Finding(Candidate Candidate, string Cell, Rule Rule, string Figure)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes it where <see cref="Read"/> finds it.</summary>
    public void Write(string file)
    {
        var json = Candidate.ToJson();
        json["rule"] = Rule.ToString();
        json["figure"] = Figure;
        File.WriteAllText(file, json.ToJsonString(Indented));
    }

    public static Candidate Read(string file) => Candidate.Of(JsonNode.Parse(File.ReadAllText(file))!);
}
