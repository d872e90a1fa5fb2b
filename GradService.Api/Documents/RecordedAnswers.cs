using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace GradService.Api.Documents;

/// <summary>
/// What the service answered to the documented requests: a file per operation, by status, built into the assembly. A test asks again
/// and compares, so that what is documented stays true.
/// </summary>
internal static class RecordedAnswers
{
    /// <param name="operation">The operation's id.</param>
    /// <param name="status">The status.</param>
    /// <returns>Reads the answer's JSON, when the document is made and not at every start; null where none is recorded.</returns>
    public static Func<string?> Of(string operation, int status) => () =>
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{operation}.json")
            ?? throw new InvalidOperationException($"No answers of operation {operation} are built in.");
        return JsonNode.Parse(file)![status.ToString(CultureInfo.InvariantCulture)]?.ToJsonString();
    };
}
