using System.Text.Json;
using System.Text.RegularExpressions;
using GradService.Tests.Docs;

namespace GradService.Tests.Deployment;

/// <summary>A Dockerfile, as far as can be known without building it.</summary>
/// <param name="Stages">First to last; the last is the image.</param>
internal sealed partial record Dockerfile(IReadOnlyList<DockerStage> Stages)
{
    public static Dockerfile OfTheProject { get; } = Parse(Repository.Read("Dockerfile"));

    public DockerStage Image => Stages[^1];

    public static Dockerfile Parse(string text)
    {
        var stages = new List<DockerStage>();
        var written = string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith('#')));
        foreach (var line in Continued().Replace(written, " ").Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            var (name, rest) = line.Trim().Split(' ', 2) is [var first, var second] ? (first.ToUpperInvariant(), second.Trim()) : (line.Trim(), "");
            if (name == "FROM")
            {
                var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                stages.Add(new DockerStage(words[0], words is [_, "AS", var alias] ? alias : "", []));
            }
            else
            {
                stages[^1].Instructions.Add(new DockerInstruction(name, rest));
            }
        }

        return new Dockerfile(stages);
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();
}

/// <summary>What stands between one FROM and the next.</summary>
/// <param name="From">The image it begins with: "mcr.microsoft.com/dotnet/sdk:10.0-noble".</param>
/// <param name="Name">Of "AS name"; empty where there is none.</param>
/// <param name="Instructions">In order.</param>
internal sealed record DockerStage(string From, string Name, List<DockerInstruction> Instructions)
{
    public IEnumerable<DockerInstruction> All(string name) => Instructions.Where(instruction => instruction.Name == name);

    public DockerInstruction Only(string name) => Assert.Single(Instructions, instruction => instruction.Name == name);

    /// <summary>What ENV sets.</summary>
    public IReadOnlyDictionary<string, string> Environment => All("ENV")
        .SelectMany(instruction => instruction.Words).Select(word => word.Split('=', 2)).ToDictionary(halves => halves[0], halves => halves[1]);

    /// <summary>What COPY takes from the project's own folder, with where it puts it.</summary>
    public IEnumerable<(string Source, string Destination)> Copied =>
        from copy in All("COPY")
        where copy.Flag("from") is null
        from source in copy.Words[..^1]
        select (source, copy.Words[^1]);
}

/// <summary>One instruction, its lines joined.</summary>
/// <param name="Name">COPY, RUN, …</param>
/// <param name="Arguments">As written behind it.</param>
internal sealed partial record DockerInstruction(string Name, string Arguments)
{
    public string[] Words => [.. Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith("--", StringComparison.Ordinal))];

    /// <summary>The JSON list of the exec form: the command without a shell of Docker's choosing.</summary>
    public string[] Exec => JsonSerializer.Deserialize<string[]>(ExecForm().Match(Arguments).Value)!;

    /// <summary>"build" of "--from=build"; null where it is not there.</summary>
    public string? Flag(string flag) => Arguments.Split(' ')
        .Where(word => word.StartsWith($"--{flag}=", StringComparison.Ordinal)).Select(word => word[(flag.Length + 3)..]).SingleOrDefault();

    [GeneratedRegex(@"\[.*\]$")]
    private static partial Regex ExecForm();
}
