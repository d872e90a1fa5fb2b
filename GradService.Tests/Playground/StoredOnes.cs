using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GradService.Tests.Docs;

namespace GradService.Tests.Playground;

/// <summary>Networks that a test stores for the playground to find.</summary>
internal static class StoredOnes
{
    /// <summary>Stores the body of a request; its id.</summary>
    public static async Task<string> StoreAsync(LoopbackApplication service, string body)
    {
        using var client = new HttpClient();
        using var answer = await client.PostAsync($"{service.Address}/v1/networks", JsonContent.Create(JsonNode.Parse(body)));
        var stored = await answer.Content.ReadFromJsonAsync<JsonNode>();
        Assert.True(answer.IsSuccessStatusCode, stored!.ToJsonString());
        return (string)stored["id"]!;
    }

    /// <summary>Stores a linear layer from one input to some outputs, with a name or without one; its id.</summary>
    public static Task<string> StoreAsync(LoopbackApplication service, string? name, int outputs, int seed = 0) => StoreAsync(service, $$"""
        { {{(name is null ? "" : $"\"name\": \"{name}\", ")}}
          "network": { "inputShape": [1], "seed": {{seed}}, "layers": [{ "type": "linear", "outFeatures": {{outputs}} }] } }
        """);
}
