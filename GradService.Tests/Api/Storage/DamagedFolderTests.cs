using System.Net;
using GradService.Api.Storage;
using GradService.Tests.Api.Networks;
using GradService.Tests.Api.Wire.Arrays;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Storage;

/// <summary>What has changed on the disk is served under no id, blamed on no caller, and repaired by whoever stores it again.</summary>
[Trait("Lane", "Slow")]
public sealed class DamagedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Damages => ["last bit", "first bit", "header", "half", "empty", "longer", "other network", "gone", "layers", "no JSON"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task It_is_503_by_every_way_and_storing_the_same_content_repairs_it(string damage)
    {
        await using var application = Application();
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1), "damaged");
        var other = await client.StoreAsync(NetworkRequests.Spec(2));
        var sound = await client.ParametersAsync(id, "application/vnd.safetensors");
        var outputs = await OutputsAsync(application, id);
        Damage(damage, PathOf(id), PathOf(other));

        string[] requests = [$$"""{ "network": { "id": "{{id}}" }, "inputs": [[0], [1]] }""", """{ "network": { "name": "damaged" }, "inputs": [[0], [1]] }"""];
        foreach (var request in requests)
        {
            AssertDamaged(await ProblemAnswer.PostAsync(application, "/v1/forward", request));
        }

        AssertDamaged(await ProblemAnswer.PostAsync(application, "/v1/networks",
            $$"""{ "network": { "id": "{{id}}", "parameters": { "0.bias": [1, 2, 3] } } }"""));
        foreach (var form in new[] { "application/vnd.safetensors", "application/json", "application/x-npz" })
        {
            using var question = new HttpRequestMessage(HttpMethod.Get, $"/v1/networks/{id}/parameters")
            {
                Headers = { { "Accept", $"{form}, application/problem+json" } },
            };
            AssertDamaged(await ProblemAnswer.OfAsync(await client.SendAsync(question)));
        }

        Assert.Equal(id, await client.StoreAsync(NetworkRequests.Spec(1)));
        Assert.Equal(sound, await client.ParametersAsync(id, "application/vnd.safetensors"));
        Assert.Equal(outputs, await OutputsAsync(application, id));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
    }

    [Fact]
    public async Task An_upload_repairs_it_too()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        var (_, stored) = await client.PostNetworkAsync(NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch));
        var id = (string)stored["id"]!;
        Damage("last bit", PathOf(id), "");
        var (status, again) = await client.PostNetworkAsync(NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch));
        Assert.Equal((HttpStatusCode.OK, id), (status, (string)again["id"]!));
        Assert.NotEmpty(await client.ParametersAsync(id, "application/vnd.safetensors"));
    }

    [Fact]
    public async Task What_has_its_room_is_repaired_where_there_is_no_more()
    {
        await using var application = new GradApplication
        {
            Settings = [("Storage:Folder", _folder.Path), ("Engine:NetworkCacheBytes", "0"), ("Storage:MaxStoredBytes", "4096")],
        };
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1));
        var outputs = await OutputsAsync(application, id);
        Damage("last bit", PathOf(id), "");
        Assert.Equal(507, (await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(2)}} }""")).Status);
        Assert.Equal(id, await client.StoreAsync(NetworkRequests.Spec(1)));
        Assert.Equal(outputs, await OutputsAsync(application, id));

        // The room is given back when the network goes, and not twice.
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/v1/networks/{id}")).StatusCode);
        await client.StoreAsync(NetworkRequests.Spec(2));
        Assert.Equal(507, (await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(3)}} }""")).Status);
    }

    /// <summary>What is sent as it is on the disk is checked before, and that counts towards no budget.</summary>
    [Fact]
    public async Task Numbers_are_checked_without_an_array_of_them()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        const int Wide = 500_000;
        var id = await client.StoreAsync($$"""{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": {{Wide}}, "bias": false }] }""");
        var store = application.Services.GetRequiredService<NetworkStore>();
        using (store.OpenParameters(id))
        {
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var parameters = store.OpenParameters(id);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Wide);
        Assert.Equal(Wide, parameters!["0.weight"].Count);
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("replaced by an empty one")]
    [InlineData("replaced by a copy")]
    [InlineData("database removed")]
    [InlineData("parameters removed")]
    [InlineData("incoming removed")]
    public async Task Nothing_is_said_to_be_stored_in_a_folder_that_is_not_the_one_that_was_opened(string what)
    {
        await using var application = Application();
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1));
        var away = _folder.Path + "-away";
        try
        {
            switch (what)
            {
                case "database removed":
                    File.Delete(Path.Combine(_folder.Path, "networks.db"));
                    break;
                case "parameters removed":
                    Directory.Delete(Path.Combine(_folder.Path, "parameters"), recursive: true);
                    break;
                case "incoming removed":
                    Directory.Delete(Path.Combine(_folder.Path, "incoming"), recursive: true);
                    break;
                default:
                    Directory.Move(_folder.Path, away);
                    break;
            }

            if (what.StartsWith("replaced", StringComparison.Ordinal))
            {
                Directory.CreateDirectory(_folder.Path);
            }

            if (what.EndsWith("copy", StringComparison.Ordinal))
            {
                CopyAll(away, _folder.Path);
            }

            AssertReplaced(await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(2)}} }"""));
            AssertReplaced(await ProblemAnswer.PostAsync(application, "/v1/networks",
                NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch)));
            AssertReplaced(await ProblemAnswer.OfAsync(await client.MoveAsync("name", id)));
            AssertReplaced(await ProblemAnswer.OfAsync(await client.DeleteAsync($"/v1/networks/{id}")));
            if (what.StartsWith("replaced by an", StringComparison.Ordinal))
            {
                Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
            }
        }
        finally
        {
            if (Directory.Exists(away))
            {
                Directory.Delete(away, recursive: true);
            }
        }
    }

    private string PathOf(string id) => Path.Combine(_folder.Path, "parameters", id[..2], $"{id}.safetensors");

    private void Damage(string damage, string path, string other)
    {
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "last bit":
                bytes[^1] ^= 1;
                break;
            case "first bit":
                bytes[0] ^= 1;
                break;
            case "header":
                bytes[20] ^= 4;
                break;
            case "half":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "empty":
                bytes = [];
                break;
            case "longer":
                bytes = [.. bytes, 0];
                break;
            case "other network":
                bytes = File.ReadAllBytes(other);
                break;
            case "layers":
                Execute("UPDATE networks SET spec = replace(spec, 'tanh', 'silu') WHERE number = 1");
                break;
            case "no JSON":
                Execute("UPDATE networks SET spec = substr(spec, 3) WHERE number = 1");
                break;
            default:
                File.Delete(path);
                return;
        }

        File.WriteAllBytes(path, bytes);
    }

    private static void AssertDamaged(ProblemAnswer refusal) =>
        Assert.Equal((503, StorageUnavailableException.Damaged), (refusal.Status, (string?)refusal.Body["code"]));

    private static void AssertReplaced(ProblemAnswer refusal) =>
        Assert.Equal((503, StorageUnavailableException.Replaced), (refusal.Status, (string?)refusal.Body["code"]));

    private static async Task<string> OutputsAsync(GradApplication application, string id)
    {
        var (status, body) = await application.PostAsync("/v1/forward", $$"""{ "network": { "id": "{{id}}" }, "inputs": [[0], [1]] }""");
        Assert.Equal(HttpStatusCode.OK, status);
        return body["outputs"]!.ToJsonString();
    }

    private void Execute(string command)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "networks.db")};Pooling=False");
        connection.Open();
        using var change = connection.CreateCommand();
        change.CommandText = command;
        Assert.Equal(1, change.ExecuteNonQuery());
    }

    private static void CopyAll(string from, string to)
    {
        // But for the lock, which is held.
        File.WriteAllText(Path.Combine(to, "lock"), "");
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Without networks that are kept in memory: those are sound whatever happens to the disk.</summary>
    private GradApplication Application() => new() { Settings = [("Storage:Folder", _folder.Path), ("Engine:NetworkCacheBytes", "0")] };
}
