using System.Net;
using GradService.Tests.Api.Networks;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Storage;

/// <summary>A folder of stored networks that version 1.0.0 made, before folders had a mark: it opens, says what it said then, and goes on working.</summary>
public sealed class EarlierFolderTests : IDisposable
{
    private const string First = "61d24227f4f9e0a3693b86bfda3169955b9967a74504f1fb3de087f792105fff";
    private const string Unnamed = "a7e859c11f18a83208ebc91f157da3863b452e694b876c8cd7de761d12ff1584";

    private readonly TemporaryFolder _folder = new();

    public EarlierFolderTests() => CopyTo(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Its_networks_and_names_are_there_and_compute_what_they_did()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        Assert.Equal(["first", "second", ""], (await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray().Select(item => (string?)item!["name"] ?? ""));
        Assert.Equal(First, (string)(await client.GetJsonAsync("/v1/names/first"))["id"]!);
        var (status, body) = await application.PostAsync("/v1/forward", """{ "network": { "name": "first" }, "inputs": [[0], [1]] }""");
        Assert.Equal((HttpStatusCode.OK, "[[0.70325565,0.034125954],[-0.28152645,-0.48411387]]"), (status, body["outputs"]!.ToJsonString()));
    }

    [Fact]
    public async Task It_takes_more_gives_up_what_is_deleted_and_opens_again()
    {
        string added;
        await using (var application = Application())
        {
            using var client = application.CreateClient();
            added = await client.StoreAsync(NetworkRequests.Spec(7), "added");
            using var deleted = await client.DeleteAsync($"/v1/networks/{Unnamed}");
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        await using var again = Application();
        using var reader = again.CreateClient();
        Assert.Equal(["first", "second", "added"], (await reader.GetJsonAsync("/v1/networks"))["items"]!.AsArray().Select(item => (string?)item!["name"]));
        Assert.NotEmpty(await reader.ParametersAsync(added, "application/vnd.safetensors"));
        Assert.NotEmpty(await reader.ParametersAsync(First, "application/vnd.safetensors"));
    }

    private GradApplication Application() => new() { Settings = [("Storage:Folder", _folder.Path)] };

    /// <summary>Tests change what they open.</summary>
    private static void CopyTo(string folder)
    {
        var kept = Path.Combine(Repository.Root, "GradService.Tests", "Api", "Storage", "Folder1.0.0");
        foreach (var file in Directory.GetFiles(kept, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(kept, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
