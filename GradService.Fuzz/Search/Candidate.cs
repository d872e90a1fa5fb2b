using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Fuzz.Mutations;

namespace GradService.Fuzz.Search;

/// <summary>How the arrays of a request are written.</summary>
internal enum ArrayForm
{
    /// <summary>Lists of numbers.</summary>
    List,

    /// <summary>Shape, dtype and bytes in base64.</summary>
    Base64,

    /// <summary>Members of an archive.</summary>
    Npz,
}

/// <summary>
/// A request as what makes it: sizes instead of numbers, so that one of many megabytes is a few lines. <see cref="CandidateBody"/> writes it out.
/// </summary>
/// <param name="Method">As POST.</param>
/// <param name="Path">Where it is sent.</param>
/// <param name="Template">Its body, with marks where arrays, long formulas and repeated entries stand; null: none.</param>
/// <param name="Samples">What "N" in a mark stands for.</param>
/// <param name="Arrays">How its arrays are written.</param>
/// <param name="Copies">How many of it are sent at once.</param>
/// <param name="Accept">What the answer shall be.</param>
internal sealed record Candidate(
    string Method, string Path, JsonNode? Template, int Samples = 4, ArrayForm Arrays = ArrayForm.List, int Copies = 1, string Accept = "*/*")
{
    /// <summary>What it is compared with: its endpoint, what is asked for, and what the network is made of.</summary>
    public string Cell => string.Join(' ', new[] { Endpoint, Asked, Material }.Where(part => part.Length > 0));

    /// <summary>Whether it can be an archive of arrays as well.</summary>
    public bool TakesArchive => Template?["network"] is not null && (Path == "/v1/networks" || AnswersArrays);

    /// <summary>Whether the arrays of its answer can be an archive as well.</summary>
    public bool AnswersArrays =>
        Path == "/v1/forward" || Path.StartsWith("/v1/gradients", StringComparison.Ordinal) || Path.StartsWith("/v1/objectives", StringComparison.Ordinal);

    private string Endpoint => Path.Split('?')[0].Split('/') switch
    {
        ["", "tesseract", _, var operation] => $"tesseract/{operation}",
        ["", "v1", "networks", _, "parameters"] => "GET networks/parameters",
        ["", "v1", .. var rest] => (Method == "POST" ? "" : Method + " ") + string.Join('/', rest.Take(2)),
        var other => string.Join('/', other).TrimStart('/'),
    };

    private string Asked => Template is not JsonObject body ? Accept == "*/*" ? "" : Accept.Split('/')[^1]
        : Path == "/v1/figures" ? Word(body["figure"]?["kind"]) is { Length: > 0 } kind ? kind : Word(body["of"])
        : Path == "/v1/networks" ? Arrays == ArrayForm.Npz ? "npz" : ""
        : Word(body["gradient"]?["kind"]);

    private string Material
    {
        get
        {
            if (Template is null || JsonPlace.Below(Template).FirstOrDefault(place => place.Name == "layers") is not { Holder: not null } layers)
            {
                return "";
            }

            var types = JsonPlace.Below(layers.Value).Where(place => place.Name == "type").Select(place => Word(place.Value)).ToList();
            return types.Exists(type => type.StartsWith("conv", StringComparison.Ordinal)) ? "conv"
                : types.Exists(type => type.Contains("Pool", StringComparison.Ordinal)) ? "pool"
                : types.Exists(type => type.EndsWith("Norm", StringComparison.Ordinal)) ? "norm" : "plain";
        }
    }

    public JsonObject ToJson() => new()
    {
        ["method"] = Method, ["path"] = Path, ["accept"] = Accept, ["samples"] = Samples, ["arrays"] = Arrays.ToString(), ["copies"] = Copies,
        ["body"] = Template?.DeepClone(),
    };

    public static Candidate Of(JsonNode json) => new(
        (string)json["method"]!, (string)json["path"]!, json["body"]?.DeepClone(),
        (int)json["samples"]!, Enum.Parse<ArrayForm>((string)json["arrays"]!), (int)json["copies"]!, (string)json["accept"]!);

    private static string Word(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? (string)node! : "";
}
