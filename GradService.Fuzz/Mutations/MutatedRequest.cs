using System.Text;

namespace GradService.Fuzz.Mutations;

/// <summary>
/// A good request with something broken in it: in its structure, in its bytes, as JSON, as an archive or as a form,
/// seldom in its path or headers.
/// </summary>
/// <param name="Method">As POST.</param>
/// <param name="Path">Where it is sent.</param>
/// <param name="ContentType">What its body is said to be.</param>
/// <param name="Accept">What its answer shall be.</param>
/// <param name="Body">Its body.</param>
/// <param name="Condition">If-Match or If-None-Match, and what it says; null: none.</param>
internal sealed record MutatedRequest(string Method, string Path, string ContentType, string Accept, byte[] Body,
    (string Header, string Value)? Condition = null)
{
    public const string Json = "application/json";
    public const string Npz = "application/x-npz";

    private static readonly string[] ContentTypes =
        [Json, Npz, FormMutation.ContentType, "multipart/form-data", "application/json; charset=utf-16", "text/plain", "application/problem+json", "json"];
    private static readonly string[] Accepts = [Json, Npz, "*/*", "application/json+base64", "image/png", "text/html",
        "application/json;q=0, application/x-npz;q=0.1", "nothing that is a media type"];
    private static readonly string[] Names = ["nobody", "Wide", "a%2Fb", "%F0%9F%98%80", "%ff", new string('x', 300)];
    private static readonly string[] Tags = ["*", "\"00000000000000000000000000000000\"", "W/\"weak\"", "\"one\", \"two\"", "\"open", "no tag", ""];

    /// <summary>The next one by a generator of random numbers.</summary>
    public static MutatedRequest Draw(Random random) => Draw(random, GoodRequest.All);

    /// <summary>The next one of some good requests.</summary>
    public static MutatedRequest Draw(Random random, IReadOnlyList<GoodRequest> among)
    {
        var good = among[random.Next(among.Count)];
        if (good.Method == "PUT" && random.Next(2) == 0)
        {
            return good.Unbroken with { Condition = (random.Next(2) == 0 ? "If-Match" : "If-None-Match", Tags[random.Next(Tags.Length)]) };
        }

        var (type, body) = random.Next(10) switch
        {
            < 6 => (Json, Encoding.UTF8.GetBytes(StructureMutation.Mutate(good.Json, random))),
            6 => (Json, ByteMutation.Mutate(Encoding.UTF8.GetBytes(good.Json), random)),
            7 => (Json, ByteMutation.Mutate(Encoding.UTF8.GetBytes(StructureMutation.Mutate(good.Json, random)), random)),
            _ when good.TakesForm && random.Next(2) == 0 => (FormMutation.ContentType, FormMutation.Mutate(good.Json, random)),
            _ when good.TakesArchive => (Npz, ArchiveMutation.Mutate(good.Json, random)),
            _ => (Json, Encoding.UTF8.GetBytes(good.Json)),
        };
        var to = random.Next(50) == 0 ? among[random.Next(among.Count)] : good;
        return new MutatedRequest(
            to.Method,
            random.Next(20) == 0 ? Renamed(to.Path, Names[random.Next(Names.Length)]) : to.Path,
            random.Next(100) == 0 ? ContentTypes[random.Next(ContentTypes.Length)] : type,
            random.Next(20) == 0 ? Accepts[random.Next(Accepts.Length)] : good.Accept,
            body);
    }

    /// <summary>As what goes over HTTP.</summary>
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(new HttpMethod(Method), Path) { Content = new ByteArrayContent(Body) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        message.Headers.TryAddWithoutValidation("Accept", Accept);
        if (Condition is var (header, value))
        {
            message.Headers.TryAddWithoutValidation(header, value);
        }

        return message;
    }

    /// <summary>With its body in base64 where it is no text, so that it can be sent again.</summary>
    public override string ToString() =>
        $"{Method} {Path} {ContentType} Accept: {Accept}{(Condition is var (header, value) ? $" {header}: {value}" : "")}\n"
            + (ContentType is Npz or FormMutation.ContentType ? Convert.ToBase64String(Body) : Encoding.UTF8.GetString(Body));

    /// <summary>The path with another name in it, where it has one.</summary>
    private static string Renamed(string path, string name) => path.Split('/') switch
    {
        ["", "v1", "names", _] => $"/v1/names/{name}",
        ["", "tesseract", _, var operation] => $"/tesseract/{name}/{operation}",
        _ => path,
    };
}
