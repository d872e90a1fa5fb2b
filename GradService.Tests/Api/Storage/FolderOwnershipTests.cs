using System.Net;
using GradService.Api.Storage;
using GradService.Tests.Api.Networks;
using GradService.Tests.Api.Wire.Arrays;
using Microsoft.Data.Sqlite;

namespace GradService.Tests.Api.Storage;

/// <summary>The service writes and deletes in its own folder, what is its own, and nowhere else; a database that is lost costs no parameters.</summary>
[Trait("Lane", "Slow")]
public sealed class FolderOwnershipTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _elsewhere = new();

    public void Dispose()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
    }

    public static TheoryData<string, string> Losses
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var loss in new[] { "removed", "empty file", "no rows", "restored empty" })
            {
                data.Add(loss, "in their places");
                data.Add(loss, "on their way");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task A_database_that_is_lost_costs_no_parameters_and_is_said(string loss, string files)
    {
        await StoreAsync(3);
        if (files == "on their way")
        {
            PutOnTheirWay();
        }

        var database = Path.Combine(_folder.Path, "networks.db");
        switch (loss)
        {
            case "removed":
                File.Delete(database);
                break;
            case "empty file":
                await File.WriteAllBytesAsync(database, []);
                break;
            case "no rows":
                Execute("DELETE FROM names; DELETE FROM networks");
                break;
            default:
                Execute("DROP TABLE names; DROP TABLE networks; DROP TABLE __EFMigrationsHistory");
                break;
        }

        var before = Contents(_folder.Path);
        await using var application = Application();
        await AssertRefusedAsync(application, StorageUnavailableException.DatabaseLost);
        Assert.Equal(before, Contents(_folder.Path)
            .Where(file => !file.EndsWith("-wal 0", StringComparison.Ordinal) && !file.Contains("-shm ", StringComparison.Ordinal)));
    }

    /// <summary>A single network, and that on its way, is no loss: its store, or its deletion, was broken off.</summary>
    [Fact]
    public async Task A_first_store_that_was_broken_off_needs_no_hand()
    {
        await StoreAsync(1);
        PutOnTheirWay();
        Execute("DELETE FROM networks");
        await using var application = Application();
        using var client = application.CreateClient();
        Assert.Empty((await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray());
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
        await client.StoreAsync(NetworkRequests.Spec(1));
    }

    [Fact]
    public async Task A_link_that_is_put_in_the_place_of_incoming_while_the_service_runs_is_not_written_through()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1));
        Directory.CreateDirectory(_elsewhere.Path);
        var incoming = Path.Combine(_folder.Path, "incoming");
        Directory.Move(incoming, incoming + ".away");
        Directory.CreateSymbolicLink(incoming, _elsewhere.Path);
        foreach (var refusal in new[]
        {
            await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(2)}} }"""),
            await ProblemAnswer.PostAsync(application, "/v1/networks", NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch)),
            await ProblemAnswer.OfAsync(await client.DeleteAsync($"/v1/networks/{id}")),
        })
        {
            Assert.Equal((503, StorageUnavailableException.Replaced), (refusal.Status, (string)refusal.Body["code"]!));
        }

        Assert.Empty(Contents(_elsewhere.Path));
    }

    [Fact]
    public async Task Once_the_lost_database_is_restored_the_service_goes_on_without_a_restart()
    {
        await StoreAsync(2);
        var database = Path.Combine(_folder.Path, "networks.db");
        File.Move(database, database + ".away");
        await using var application = Application();
        await AssertRefusedAsync(application, StorageUnavailableException.DatabaseLost);
        File.Move(database + ".away", database);
        using var client = application.CreateClient();
        Assert.Equal(2, (await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_folder_of_somebody_else_is_refused_and_nothing_in_it_is_touched()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "incoming"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "parameters", "ab"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "incoming", "letter.txt"), "mine");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "parameters", "ab", "data.csv"), "mine");
        var before = Contents(_folder.Path);
        await using var application = Application();
        await AssertRefusedAsync(application, StorageUnavailableException.Foreign);
        Assert.Equal(before, Contents(_folder.Path));
    }

    [Fact]
    public async Task A_database_of_somebody_else_is_not_taken_for_ours()
    {
        Directory.CreateDirectory(_folder.Path);
        Execute("CREATE TABLE invoices (number INTEGER); INSERT INTO invoices VALUES (7)");
        var before = Contents(_folder.Path);
        await using var application = Application();
        await AssertRefusedAsync(application, StorageUnavailableException.Foreign);
        Assert.Subset(before.Append("lock 0").ToHashSet(), Contents(_folder.Path).ToHashSet());
    }

    [Theory]
    [InlineData("incoming")]
    [InlineData("parameters")]
    public async Task What_a_link_in_the_folder_leads_to_is_not_touched(string part)
    {
        await StoreAsync(1);
        Directory.CreateDirectory(_elsewhere.Path);
        await File.WriteAllTextAsync(Path.Combine(_elsewhere.Path, Guid.NewGuid().ToString("N")), "mine");
        await File.WriteAllTextAsync(Path.Combine(_elsewhere.Path, $"{new string('a', 64)}.safetensors"), "mine");
        Directory.Move(Path.Combine(_folder.Path, part), Path.Combine(_folder.Path, part + ".away"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, part), _elsewhere.Path);
        var before = Contents(_elsewhere.Path);
        await using var application = Application();
        await AssertRefusedAsync(application, StorageUnavailableException.Foreign);
        Assert.Equal(before, Contents(_elsewhere.Path));
    }

    [Fact]
    public async Task Links_among_the_files_are_left_alone()
    {
        var id = Assert.Single(await StoreAsync(1));
        Directory.CreateDirectory(_elsewhere.Path);
        var mine = Path.Combine(_elsewhere.Path, "mine");
        await File.WriteAllTextAsync(mine, "mine");
        string[] links = [Path.Combine(_folder.Path, "incoming", Guid.NewGuid().ToString("N")),
            Path.Combine(_folder.Path, "incoming", $"{new string('a', 64)}.safetensors")];
        Assert.All(links, link => File.CreateSymbolicLink(link, mine));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "parameters", "zz"), _elsewhere.Path);
        await using var application = Application();
        using var client = application.CreateClient();
        using var deleted = await client.DeleteAsync($"/v1/networks/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.All(links, link => Assert.Equal("mine", File.ReadAllText(link)));
    }

    [Fact]
    public async Task A_part_of_the_parameters_that_is_a_link_is_not_written_through()
    {
        var id = Assert.Single(await StoreAsync(1));
        var part = Path.Combine(_folder.Path, "parameters", id[..2]);
        Directory.Move(part, _elsewhere.Path);
        Directory.CreateSymbolicLink(part, _elsewhere.Path);
        var before = Contents(_elsewhere.Path);
        await using var application = Application();
        using var client = application.CreateClient();
        var refusal = await ProblemAnswer.OfAsync(await client.DeleteAsync($"/v1/networks/{id}"));
        Assert.Equal((503, StorageUnavailableException.Foreign), (refusal.Status, (string)refusal.Body["code"]!));
        Assert.Equal(before, Contents(_elsewhere.Path));
    }

    [Fact]
    public async Task The_root_of_a_disk_of_its_own_is_an_empty_folder_and_gets_the_mark()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "lost+found"));
        await StoreAsync(1);
        Assert.Contains("GradService", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "gradservice-folder")), StringComparison.Ordinal);
    }

    private void PutOnTheirWay()
    {
        foreach (var path in Directory.GetFiles(Path.Combine(_folder.Path, "parameters"), "*", SearchOption.AllDirectories))
        {
            File.Move(path, Path.Combine(_folder.Path, "incoming", Path.GetFileName(path)));
        }
    }

    private async Task<IReadOnlyList<string>> StoreAsync(int count)
    {
        await using var application = Application();
        using var client = application.CreateClient();
        var ids = new List<string>();
        for (var seed = 0; seed < count; seed++)
        {
            ids.Add(await client.StoreAsync(NetworkRequests.Spec(seed)));
        }

        return ids;
    }

    private static async Task AssertRefusedAsync(GradApplication application, string code)
    {
        using var client = application.CreateClient();
        foreach (var refusal in new[]
        {
            await ProblemAnswer.OfAsync(await client.GetAsync("/v1/networks")),
            await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(9)}} }"""),
            await ProblemAnswer.PostAsync(application, "/v1/forward", """{ "network": { "name": "a" }, "inputs": [[0]] }"""),
        })
        {
            Assert.Equal((503, code, true), (refusal.Status, (string)refusal.Body["code"]!, refusal.Headers.RetryAfter is not null));
        }
    }

    private void Execute(string commands)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "networks.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = commands;
        command.ExecuteNonQuery();
    }

    /// <summary>All files below a folder, with their lengths.</summary>
    private static List<string> Contents(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => $"{Path.GetRelativePath(folder, file)} {new FileInfo(file).Length}")
            .Order(StringComparer.Ordinal)];

    private GradApplication Application() => new() { Settings = [("Storage:Folder", _folder.Path)] };
}
