using System.Net;
using GradService.Tests.Api.Networks;

namespace GradService.Tests.Api.Storage;

/// <summary>Names are counted, so that lists of them stay short.</summary>
public sealed class NameLimitTests
{
    [Fact]
    public async Task Beyond_MaxNames_none_is_taken_until_one_is_deleted_and_those_that_are_there_may_be_moved()
    {
        using var folder = new TemporaryFolder();
        await using var application = new GradApplication { Settings = [("Storage:Folder", folder.Path), ("Storage:MaxNames", "2")] };
        using var client = application.CreateClient();
        var first = await client.StoreAsync(NetworkRequests.Spec(1), "one");
        var second = await client.StoreAsync(NetworkRequests.Spec(2), "two");
        foreach (var refusal in new[]
        {
            await ProblemAnswer.OfAsync(await client.MoveAsync("three", first)),
            await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(3)}}, "name": "three" }"""),
        })
        {
            Assert.Equal((507, true), (refusal.Status, refusal.Detail.Contains("limit MaxNames", StringComparison.Ordinal)));
        }

        // What was refused leaves no file, which nobody would count.
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Path, "incoming")));
        Assert.Equal(2, (await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray().Count);
        using var moved = await client.MoveAsync("one", second);
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
        await client.StoreAsync(NetworkRequests.Spec(2), "two");
        using var deleted = await client.DeleteAsync("/v1/names/one");
        await client.StoreAsync(NetworkRequests.Spec(3), "three");
        Assert.Equal(["three", "two"], (await client.GetJsonAsync("/Info"))["models"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task The_names_are_read_once_and_anew_when_they_have_changed()
    {
        await using var application = new GradApplication();
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1), "a");
        foreach (var (change, names) in new (Func<Task>, string[])[]
        {
            (() => Task.CompletedTask, ["a"]),
            (async () => (await client.MoveAsync("b", id)).Dispose(), ["a", "b"]),
            (async () => (await client.DeleteAsync("/v1/names/a")).Dispose(), ["b"]),
            (() => client.StoreAsync(NetworkRequests.Spec(2), "c"), ["b", "c"]),
        })
        {
            await change();
            Assert.Equal(names, (await client.GetJsonAsync("/Info"))["models"]!.AsArray().Select(name => (string)name!));
            Assert.Equal(names, (await client.GetJsonAsync("/Info"))["models"]!.AsArray().Select(name => (string)name!));
        }
    }
}
