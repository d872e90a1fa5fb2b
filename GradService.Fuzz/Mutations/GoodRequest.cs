using System.Reflection;

namespace GradService.Fuzz.Mutations;

/// <summary>A request that succeeds: one of the corpus, named after its endpoint and what it shows.</summary>
/// <param name="Name">As gradients-compare.default.</param>
/// <param name="Path">Where it is sent.</param>
/// <param name="Json">Its text.</param>
internal sealed record GoodRequest(string Name, string Path, string Json)
{
    public static IReadOnlyList<GoodRequest> All { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Order(StringComparer.Ordinal).Select(name => new GoodRequest(name, $"/v1/{name.Split('.')[0].Replace('-', '/')}", Read(name)))];

    private static string Read(string name)
    {
        using var text = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return text.ReadToEnd();
    }
}
