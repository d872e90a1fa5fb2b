using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace GradService.Tests.Goldens;

/// <summary>PyTorch's figures; README.md beside the files says how they were made.</summary>
internal static class GoldenFiles
{
    /// <summary>The cases of a file by name.</summary>
    public static IReadOnlyDictionary<string, JsonNode> Cases(string file) => Loaded.GetOrAdd(file, static name =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), name)))!["cases"]!.AsArray()
            .ToDictionary(golden => golden!["name"]!.GetValue<string>(), golden => golden!));

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, IReadOnlyDictionary<string, JsonNode>> Loaded = new();

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
