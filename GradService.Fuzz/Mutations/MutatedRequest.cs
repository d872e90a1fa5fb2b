using System.Text;

namespace GradService.Fuzz.Mutations;

/// <summary>A good request with something broken in it: in its structure, in its bytes, as JSON or as an archive, seldom in its headers.</summary>
/// <param name="Path">Where it is sent.</param>
/// <param name="ContentType">What its body is said to be.</param>
/// <param name="Accept">What its answer shall be.</param>
/// <param name="Body">Its body.</param>
internal sealed record MutatedRequest(string Path, string ContentType, string Accept, byte[] Body)
{
    private const string Json = "application/json";
    private const string Npz = "application/x-npz";

    private static readonly string[] ContentTypes = [Json, Npz, "application/json; charset=utf-16", "text/plain", "application/problem+json", "json"];
    private static readonly string[] Accepts = [Json, Npz, "*/*", "text/html", "application/json;q=0, application/x-npz;q=0.1", "nothing that is a media type"];

    /// <summary>The next one by a generator of random numbers.</summary>
    public static MutatedRequest Draw(Random random)
    {
        var good = GoodRequest.All[random.Next(GoodRequest.All.Count)];
        var (type, body) = random.Next(10) switch
        {
            < 6 => (Json, Encoding.UTF8.GetBytes(StructureMutation.Mutate(good.Json, random))),
            6 => (Json, ByteMutation.Mutate(Encoding.UTF8.GetBytes(good.Json), random)),
            7 => (Json, ByteMutation.Mutate(Encoding.UTF8.GetBytes(StructureMutation.Mutate(good.Json, random)), random)),
            _ => (Npz, ArchiveMutation.Mutate(good.Json, random)),
        };
        return new MutatedRequest(
            random.Next(50) == 0 ? GoodRequest.All[random.Next(GoodRequest.All.Count)].Path : good.Path,
            random.Next(100) == 0 ? ContentTypes[random.Next(ContentTypes.Length)] : type,
            random.Next(20) == 0 ? Accepts[random.Next(Accepts.Length)] : Json,
            body);
    }

    /// <summary>As what goes over HTTP.</summary>
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(Body) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        message.Headers.TryAddWithoutValidation("Accept", Accept);
        return message;
    }

    /// <summary>With its body in base64 where it is no text, so that it can be sent again.</summary>
    public override string ToString() => $"POST {Path} {ContentType} Accept: {Accept}\n{(ContentType == Npz ? Convert.ToBase64String(Body) : Encoding.UTF8.GetString(Body))}";
}
