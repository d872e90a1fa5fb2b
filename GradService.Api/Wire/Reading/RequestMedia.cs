using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Wire.Reading;

/// <summary>What the body of a request is declared to be.</summary>
internal static class RequestMedia
{
    /// <summary>Whether it is declared to be an archive of arrays.</summary>
    public static bool IsNpz(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(AnswerMedia.Npz, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is declared to be JSON, in UTF-8.</summary>
    public static bool IsJson(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals(AnswerMedia.Json, StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>What to say of a body that is not declared to be what a request can be.</summary>
    public static string Expected(HttpRequest request) =>
        "Expected Content-Type: application/json (in UTF-8) or application/x-npz, got "
        + $"{(string.IsNullOrEmpty(request.ContentType) ? "none" : Fault.Quoted(request.ContentType))}. "
        + "With curl: -H 'Content-Type: application/json'.";
}
