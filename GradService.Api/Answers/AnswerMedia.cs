using GradService.Api.Requests;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Answers;

/// <summary>The media types of requests and answers.</summary>
internal static class AnswerMedia
{
    public const string Json = "application/json";
    public const string Npz = "application/x-npz";

    /// <summary>The type of the answer: what Accept prefers, and where it has no preference that of the request; null where it excludes both.</summary>
    public static string? For(HttpRequest request)
    {
        var own = RequestBody.IsNpz(request) ? Npz : Json;
        if (request.Headers.Accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
        {
            return own;
        }

        var other = own == Json ? Npz : Json;
        var (ofOwn, ofOther) = (Quality(accepted, own), Quality(accepted, other));
        return ofOwn == 0 && ofOther == 0 ? null : ofOwn >= ofOther ? own : other;
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
