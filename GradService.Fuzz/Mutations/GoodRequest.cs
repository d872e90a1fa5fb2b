using System.Reflection;
using System.Text;

namespace GradService.Fuzz.Mutations;

/// <summary>A request that succeeds once <see cref="ServedNetwork"/> is stored.</summary>
/// <param name="Name">After its endpoint and what it shows, as gradients-compare.default.</param>
/// <param name="Method">As POST.</param>
/// <param name="Path">Where it is sent.</param>
/// <param name="Json">Its text.</param>
internal sealed record GoodRequest(string Name, string Method, string Path, string Json)
{
    /// <summary>Those of the corpus, and those of the other protocols and of names, which go to paths that say more than the endpoint.</summary>
    public static IReadOnlyList<GoodRequest> All { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames().Order(StringComparer.Ordinal)
            .Select(name => new GoodRequest(name, "POST", $"/v1/{name.Split('.')[0].Replace('-', '/')}", Read(name))),
        new("names.moved", "PUT", "/v1/names/moved", $$"""{ "id": "{{ServedNetwork.Id}}" }"""),
        .. ProtocolRequests.All,
    ];

    /// <summary>Whether it can be an archive of arrays as well.</summary>
    public bool TakesArchive =>
        Path is "/v1/networks" or "/v1/forward" || Path.StartsWith("/v1/gradients", StringComparison.Ordinal)
            || Path.StartsWith("/v1/objectives", StringComparison.Ordinal);

    /// <summary>Whether it can be a form of parts as well: it stores a network that it describes.</summary>
    public bool TakesForm => Path == "/v1/networks" && Json.Contains("\"layers\"", StringComparison.Ordinal);

    /// <summary>As it is, nothing broken in it.</summary>
    public MutatedRequest Unbroken => new(Method, Path, MutatedRequest.Json, Accept, Encoding.UTF8.GetBytes(Json));

    /// <summary>What its answer is asked to be: a picture is no JSON.</summary>
    public string Accept => Path == "/v1/figures" ? "*/*" : MutatedRequest.Json;

    private static string Read(string name)
    {
        using var text = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return text.ReadToEnd();
    }
}
