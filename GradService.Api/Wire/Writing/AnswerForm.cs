using GradService.Api.Wire.Reading;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Wire.Writing;

/// <summary>Fields that every request may have beside its own: how the answer is written.</summary>
internal sealed record AnswerForm
{
    /// <summary>How the arrays of an answer in JSON are written.</summary>
    public ArrayEncoding Encoding { get; init; } = ArrayEncoding.Json;
}

/// <summary>How arrays are written in JSON.</summary>
internal enum ArrayEncoding
{
    /// <summary>Nested lists of numbers.</summary>
    Json,

    /// <summary>Objects with "shape", "dtype" and "base64": the numbers' bytes, little-endian, row-major, in the network's dtype.</summary>
    Base64,
}

/// <summary>The media types of requests and answers.</summary>
internal static class AnswerMedia
{
    public const string Json = "application/json";
    public const string Npz = "application/x-npz";
    public const string Problem = "application/problem+json";
    public const string Safetensors = "application/vnd.safetensors";

    /// <summary>The type of the answer: what Accept prefers, and where it has no preference that of the request; null where it excludes both.</summary>
    public static string? For(HttpRequest request) => RequestMedia.IsNpz(request) ? Preferred(request, Npz, Json) : Preferred(request, Json, Npz);

    /// <summary>The one of some types that Accept prefers, the first where it has no preference; null where it excludes all.</summary>
    public static string? Preferred(HttpRequest request, params ReadOnlySpan<string> types)
    {
        if (request.Headers.Accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
        {
            return types[0];
        }

        var (best, quality) = ((string?)null, 0.0);
        foreach (var type in types)
        {
            if (Quality(accepted, type) is var own && own > quality)
            {
                (best, quality) = (type, own);
            }
        }

        return best;
    }

    /// <summary>From 0, excluded, to 1; where several ranges fit, the narrowest says.</summary>
    private static double Quality(IEnumerable<MediaTypeHeaderValue> accepted, string media)
    {
        var type = new MediaTypeHeaderValue(media);
        return accepted.Where(range => type.IsSubsetOf(new MediaTypeHeaderValue(range.MediaType)))
            .OrderBy(range => range.MatchesAllTypes ? 2 : range.MatchesAllSubTypes ? 1 : 0)
            .Select(range => range.Quality ?? 1).FirstOrDefault();
    }
}
