using System.Text.Json.Nodes;

namespace GradService.Fuzz.Mutations;

/// <summary>Of an answer what stays the same when the same is asked again.</summary>
internal static class LastingAnswer
{
    /// <summary>The answer without how long it took, when a name was moved, and what else a stored network is called meanwhile; a picture as it is.</summary>
    public static async Task<string> ReadAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType?.StartsWith("image/", StringComparison.Ordinal) == true)
        {
            return Convert.ToBase64String(await response.Content.ReadAsByteArrayAsync());
        }

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        foreach (var place in JsonPlace.Below(answer).Where(IsPassing).ToList())
        {
            place.Remove();
        }

        return answer.ToJsonString();
    }

    private static bool IsPassing(JsonPlace place) =>
        place.Name is "timings" or "names" or "movedAt" || (place.Name == "name" && place.Holder["createdAt"] is not null);
}
