using System.Net;
using GradService.Api.Storage;
using GradService.Tests.Api.Networks;
using GradService.Tests.Api.Wire.Arrays;

namespace GradService.Tests.Api.Storage;

/// <summary>Real disks that are full, read-only or gone: what is there can be read and computed, and on a full one deleted.</summary>
[Trait("Lane", "Slow")]
public sealed class OwnDiskTests
{
    [FactNeedsMount]
    public async Task On_a_full_disk_networks_are_read_and_deleted_also_after_a_restart_and_then_there_is_room()
    {
        using var disk = new OwnDisk(4);
        var ids = new List<string>();
        await using (var application = On(disk))
        {
            using var client = application.CreateClient();
            for (var seed = 0; seed < 4; seed++)
            {
                ids.Add(await client.StoreAsync(Spec(seed), $"n{seed}"));
            }

            disk.Fill();
            await AssertFullAsync(application);
            await AssertReadAsync(application, client, "n1");
            await DeleteAsync(client, ids[0], "n0");
            disk.Fill();
            await DeleteAsync(client, ids[1], "n1");
            disk.Fill();
        }

        disk.Fill();
        await using var again = On(disk);
        using var later = again.CreateClient();
        await AssertReadAsync(again, later, "n2");
        Assert.Equal(507, (await ProblemAnswer.PostAsync(again, "/v1/networks", $$"""{ "network": {{Spec(77)}} }""")).Status);
        await DeleteAsync(later, ids[2], "n2");
        await later.StoreAsync(NetworkRequests.Spec(1), "small");
        await AssertReadAsync(again, later, "n3");
    }

    [FactNeedsMount]
    public async Task On_a_read_only_disk_networks_are_read_and_changes_refused_until_it_is_no_more()
    {
        using var disk = new OwnDisk(8);
        string id;
        await using (var application = On(disk))
        {
            using var client = application.CreateClient();
            id = await client.StoreAsync(Spec(1), "kept");
        }

        disk.SetReadOnly(true);
        await using var readOnly = On(disk);
        using var reader = readOnly.CreateClient();
        await AssertReadAsync(readOnly, reader, "kept");
        foreach (var refusal in new[]
        {
            await ProblemAnswer.PostAsync(readOnly, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(1)}} }"""),
            await ProblemAnswer.PostAsync(readOnly, "/v1/networks", NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch)),
            await ProblemAnswer.OfAsync(await reader.DeleteAsync("/v1/names/kept")),
            await ProblemAnswer.OfAsync(await reader.MoveAsync("other", id)),
        })
        {
            Assert.Equal((503, StorageUnavailableException.ReadOnly), (refusal.Status, (string?)refusal.Body["code"]));
        }

        disk.SetReadOnly(false);
        for (var tries = 0; tries < 60; tries++)
        {
            using var moved = await reader.MoveAsync("other", id);
            if (moved.StatusCode == HttpStatusCode.Created)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(0.5));
        }

        Assert.Fail("The folder was not opened anew.");
    }

    [FactNeedsMount]
    public async Task Where_the_disk_is_taken_away_nothing_is_said_to_be_stored()
    {
        using var disk = new OwnDisk(8);
        await using var application = On(disk);
        using var client = application.CreateClient();
        await client.StoreAsync(Spec(1), "kept");
        disk.TakeAway();
        var refusal = await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(1)}} }""");
        Assert.Equal((503, StorageUnavailableException.Replaced), (refusal.Status, (string?)refusal.Body["code"]));
    }

    private static async Task AssertReadAsync(GradApplication application, HttpClient client, string name)
    {
        var id = (string)(await client.GetJsonAsync($"/v1/names/{name}"))["id"]!;
        Assert.NotEmpty(await client.ParametersAsync(id, "application/vnd.safetensors"));
        Assert.NotEmpty((await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray());
        Assert.Equal(HttpStatusCode.OK, (await application.PostAsync("/v1/forward",
            $$"""{ "network": { "name": "{{name}}" }, "inputs": [[{{string.Join(',', Enumerable.Repeat("0", 100))}}]] }""")).Status);
    }

    private static async Task AssertFullAsync(GradApplication application)
    {
        Assert.Equal(507, (await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{Spec(77)}} }""")).Status);
        Assert.Equal(507, (await ProblemAnswer.PostAsync(application, "/v1/networks",
            NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch))).Status);
    }

    private static async Task DeleteAsync(HttpClient client, string id, string name)
    {
        using var nameless = await client.DeleteAsync($"/v1/names/{name}");
        Assert.True(nameless.StatusCode == HttpStatusCode.NoContent, await nameless.Content.ReadAsStringAsync());
        using var deleted = await client.DeleteAsync($"/v1/networks/{id}");
        Assert.True(deleted.StatusCode == HttpStatusCode.NoContent, await deleted.Content.ReadAsStringAsync());
    }

    private static string Spec(int seed) => $$"""{ "inputShape": [100], "layers": [{ "type": "linear", "outFeatures": 1000 }], "seed": {{seed}} }""";

    private static GradApplication On(OwnDisk disk) => new() { Settings = [("Storage:Folder", disk.Folder), ("Engine:NetworkCacheBytes", "0")] };
}
