using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GradService.Tests.Api;
using GradService.Tests.Docs;

namespace GradService.Tests.Goldens;

/// <summary>
/// A network's id is in people's notebooks and in data folders: what it is computed from (names of layers, their fields and defaults, the
/// order of enums, seeded numbers) must not change.
/// </summary>
public sealed class StoredIdTests(GradApplication application) : IClassFixture<GradApplication>
{
    private static readonly JsonArray Stored = JsonNode.Parse(Repository.Read("GradService.Tests/Goldens/stored_ids.json"))!.AsArray();

    public static TheoryData<string> Names { get; } = [.. Stored.Select(each => (string)each!["name"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_network_has_the_id_under_which_it_was_stored_once(string name)
    {
        var stored = Stored.Single(each => (string)each!["name"]! == name)!;
        var response = await application.CreateClient().PostAsJsonAsync("v1/networks", new JsonObject { ["network"] = stored["network"]!.DeepClone() });
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        Assert.Equal((string?)stored["id"], (string?)(await response.Content.ReadFromJsonAsync<JsonNode>())!["id"]);
    }
}
