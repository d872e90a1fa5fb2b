using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Documents;

/// <summary>The committed copies of the document and of the answers in it, and how they are renewed.</summary>
internal static class OpenApiFiles
{
    public const string HowToUpdate =
        "If that is meant, run the tests of this name once with UPDATE_OPENAPI=1 in the environment, build, run them so again (answers are built into the "
            + "document), and look at the difference before committing it.";

    public static bool Updating => Environment.GetEnvironmentVariable("UPDATE_OPENAPI") == "1";

    public static string Document => Path.Combine(Folder(), "openapi.json");

    public static string Answers(string operation) =>
        Directory.GetFiles(Repository.PathOf("GradService.Api"), $"{operation}.json", SearchOption.AllDirectories)
            .Single(path => Path.GetFileName(Path.GetDirectoryName(path)) == "Answers");

    /// <summary>Readable, with a line feed at the end.</summary>
    public static void Write(string path, JsonNode json) => File.WriteAllText(path, json.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n");

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
