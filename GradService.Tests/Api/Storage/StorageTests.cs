using System.Net;
using GradService.Api.Storage;
using GradService.Tests.Api.Networks;
using GradService.Tests.Api.Wire.Arrays;
using GradService.Tests.Docs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Storage;

/// <summary>The folder of stored networks: whole after whatever has happened, and where it cannot be used the rest of the service can.</summary>
[Trait("Lane", "Slow")]
public sealed class StorageTests : IDisposable
{
    private const string Forward = """{ "network": { "inputShape": [1], "layers": [{ "type": "tanh" }] }, "inputs": [[0]] }""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_migrations_make_the_model()
    {
        using var store = Store();
        using var database = store.Open().Database();
        Assert.False(database.Database.HasPendingModelChanges());
        Assert.Empty(database.Database.GetPendingMigrations());
    }

    [Fact]
    public void The_database_writes_ahead_and_brings_what_it_answers_for_to_the_disk()
    {
        using var store = Store();
        using var database = store.Open().Database();
        Assert.Equal(["wal"], database.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode").ToList());
        Assert.Equal([2], database.Database.SqlQueryRaw<int>("SELECT synchronous AS Value FROM pragma_synchronous").ToList());
        Assert.Equal([1], database.Database.SqlQueryRaw<int>("SELECT foreign_keys AS Value FROM pragma_foreign_keys").ToList());
    }

    [Fact]
    public async Task Networks_and_names_are_there_after_a_restart()
    {
        string id;
        byte[] parameters;
        await using (var first = Application())
        {
            using var client = first.CreateClient();
            id = await client.StoreAsync(NetworkRequests.Spec(1), "lasting");
            parameters = await client.ParametersAsync(id, "application/vnd.safetensors");
        }

        await using var second = Application();
        using var again = second.CreateClient();
        Assert.Equal(id, (string)(await again.GetJsonAsync("/v1/names/lasting"))["id"]!);
        Assert.Equal(parameters, await again.ParametersAsync(id, "application/vnd.safetensors"));
    }

    [Fact]
    public async Task What_a_killed_process_left_behind_is_removed_at_the_start()
    {
        string id;
        using (var first = Store())
        {
            first.Open();
        }

        await using (var application = Application())
        {
            using var client = application.CreateClient();
            id = await client.StoreAsync(NetworkRequests.Spec(1));
        }

        // An upload that did not end, a network that was never entered, one that is deleted but for its file, and a lock that a migration
        // never gave back.
        string[] orphans = [InIncoming(Guid.NewGuid().ToString("N")), InIncoming($"{new string('b', 64)}.safetensors"),
            InIncoming($"{new string('c', 64)}.safetensors")];
        Assert.All(orphans, path => File.WriteAllText(path, "x"));
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "networks.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE IF NOT EXISTS \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); "
                + "INSERT OR IGNORE INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01')";
            command.ExecuteNonQuery();
        }

        using var store = Store();
        Assert.Equal(3, store.Open().Orphans);
        Assert.All(orphans, path => Assert.False(File.Exists(path)));
        using var parameters = store.ParametersOf(id);
        Assert.NotNull(parameters);
    }

    private string InIncoming(string name) => Path.Combine(_folder.Path, "incoming", name);

    [Fact]
    public async Task What_the_service_did_not_write_or_did_finish_is_left_where_it_is()
    {
        string id;
        await using (var application = Application())
        {
            using var client = application.CreateClient();
            id = await client.StoreAsync(NetworkRequests.Spec(1));
        }

        Directory.CreateDirectory(Path.Combine(_folder.Path, "parameters", "bb"));
        string[] others = [InIncoming("thesis.tex"), Path.Combine(_folder.Path, "parameters", "bb", $"{new string('b', 64)}.safetensors"),
            Path.Combine(_folder.Path, "parameters", id[..2], "stray"), Path.Combine(_folder.Path, "notes.txt")];
        Assert.All(others, path => File.WriteAllText(path, "x"));
        using var store = Store();
        var folder = store.Open();
        Assert.Equal((0, 1, 0), (folder.Orphans, folder.Unknown, folder.Missing));
        Assert.All(others, path => Assert.Equal("x", File.ReadAllText(path)));
        using var parameters = store.ParametersOf(id);
        Assert.NotNull(parameters);
    }

    [Fact]
    public async Task Where_the_folder_cannot_be_used_networks_answer_503_and_everything_else_is_served()
    {
        // A file stands where the folder should be: nobody can use that, whoever they are.
        await File.WriteAllTextAsync(_folder.Path, "no folder");
        try
        {
            await using var application = Application();
            using var client = application.CreateClient();
            Assert.Equal(HttpStatusCode.OK, (await application.PostAsync("/v1/forward", Forward)).Status);
            using var ready = await client.GetAsync("/health/ready");
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
            var refusal = await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(1)}} }""");
            Assert.Equal((503, true), (refusal.Status, refusal.Headers.RetryAfter is not null));
            Assert.Equal(503, (await ProblemAnswer.OfAsync(await client.GetAsync("/v1/networks"))).Status);
            Assert.Equal(503, (await ProblemAnswer.PostAsync(application, "/v1/forward", """{ "network": { "name": "a" }, "inputs": [[0]] }""")).Status);

            // As soon as it can be used it is.
            File.Delete(_folder.Path);
            await client.StoreAsync(NetworkRequests.Spec(1));
        }
        finally
        {
            if (File.Exists(_folder.Path))
            {
                File.Delete(_folder.Path);
            }
        }
    }

    [Fact]
    public async Task Two_processes_do_not_share_a_folder()
    {
        await using var first = Application();
        using var client = first.CreateClient();
        await client.StoreAsync(NetworkRequests.Spec(1));
        await using var second = Application();
        var refusal = await ProblemAnswer.PostAsync(second, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(1)}} }""");
        Assert.Equal(503, refusal.Status);
        Assert.Contains("another process has their folder", refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await second.PostAsync("/v1/forward", Forward)).Status);
        await client.StoreAsync(NetworkRequests.Spec(2));
    }

    [Fact]
    public async Task Beyond_the_room_for_networks_nothing_is_stored_until_some_are_deleted()
    {
        await using var application = Application(("Storage:MaxStoredBytes", "8192"));
        using var client = application.CreateClient();
        var first = await client.StoreAsync(NetworkRequests.Spec(1));
        await client.StoreAsync(NetworkRequests.Spec(2));
        var refusal = await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(3)}}, "name": "third" }""");
        Assert.Equal((507, true), (refusal.Status, refusal.Detail.Contains("limit MaxStoredBytes", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/names/third")).StatusCode);

        // What is there already takes no room.
        Assert.Equal(first, await client.StoreAsync(NetworkRequests.Spec(1)));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
        using var deleted = await client.DeleteAsync($"/v1/networks/{first}");
        await client.StoreAsync(NetworkRequests.Spec(3), "third");
    }

    /// <summary>/dev/full is a disk that is always full: writing there fails as it does on one.</summary>
    [FactNeedsFile("/dev/full")]
    public async Task A_full_disk_answers_507_and_loses_nothing()
    {
        var isFull = false;
        await using var application = WithDisk(path => isFull ? new FullDisk(path) : ParameterFiles.Create(path));
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1), "there");
        isFull = true;
        var refusal = await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(2)}}, "name": "lost" }""");
        Assert.Equal((507, "There is no room for more networks."), (refusal.Status, (string)refusal.Body["title"]!));
        Assert.Equal(507, (await ProblemAnswer.PostAsync(application, "/v1/networks",
            NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/names/lost")).StatusCode);
        Assert.Equal(id, (string)(await client.GetJsonAsync("/v1/names/there"))["id"]!);
        Assert.Single((await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray());
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
        isFull = false;
        await client.StoreAsync(NetworkRequests.Spec(2), "lost");
    }

    [Fact]
    public async Task A_disk_that_fails_answers_503_and_loses_nothing()
    {
        var isBroken = false;
        await using var application = WithDisk(path => isBroken ? throw new IOException("Input/output error", 5) : ParameterFiles.Create(path));
        using var client = application.CreateClient();
        await client.StoreAsync(NetworkRequests.Spec(1), "there");
        isBroken = true;
        Assert.Equal(503, (await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(2)}} }""")).Status);
        isBroken = false;
        Assert.Single((await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray());
        await client.StoreAsync(NetworkRequests.Spec(2));
    }

    /// <summary>The database's own limit of pages stands for a disk that is full when the network is entered, its file being there already.</summary>
    [Fact]
    public async Task A_database_without_room_answers_507_and_leaves_no_file()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        await client.StoreAsync(NetworkRequests.Spec(1));
        Assert.IsType<StorageFullException>(StorageFailures.Of(new DbUpdateException("", new SqliteException("full", 13))));
        Assert.IsType<StorageUnavailableException>(StorageFailures.Of(new SqliteException("locked", 5)));
        Assert.Null(StorageFailures.Of(new InvalidOperationException()));

        // A network that cannot be entered: the table is not there.
        using (var database = application.Services.GetRequiredService<NetworkStore>().Open().Database())
        {
            await database.Database.ExecuteSqlRawAsync("CREATE TRIGGER refuse BEFORE INSERT ON networks BEGIN SELECT RAISE(ABORT, 'no'); END");
        }

        Assert.Equal(503, (await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(2)}} }""")).Status);
        Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "parameters"), "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
    }

    /// <summary>The file is whole and has its id when the folder's entries cannot be brought to the disk.</summary>
    [Fact]
    public async Task A_change_that_fails_after_its_file_was_put_down_leaves_it_in_its_place_or_nowhere()
    {
        var (isBroken, hasMoved) = (false, false);
        await using var application = WithDisk(new OtherDisk
        {
            Doing = (name, operation) =>
            {
                if (isBroken && hasMoved && name == "flush folder")
                {
                    isBroken = false;
                    throw new IOException("Input/output error", 5);
                }

                hasMoved = name == "move";
                operation();
            },
        });
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1));
        isBroken = true;
        Assert.Equal(503, (await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "network": {{NetworkRequests.Spec(2)}} }""")).Status);
        AssertInPlace(id);
        isBroken = true;
        Assert.Equal(503, (await ProblemAnswer.OfAsync(await client.DeleteAsync($"/v1/networks/{id}"))).Status);
        AssertInPlace(id);
        await client.StoreAsync(NetworkRequests.Spec(2));
    }

    [Fact]
    public async Task Parameters_that_somebody_took_away_are_a_clear_503_and_the_network_can_be_stored_anew()
    {
        await using var application = Application(("Engine:NetworkCacheBytes", "0"));
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1));
        File.Delete(Path.Combine(_folder.Path, "parameters", id[..2], $"{id}.safetensors"));
        var refusal = await ProblemAnswer.PostAsync(application, "/v1/forward", $$"""{ "network": { "id": "{{id}}" }, "inputs": [[0], [1]] }""");
        Assert.Equal((503, true), (refusal.Status, refusal.Detail.Contains("backup", StringComparison.Ordinal)));
        using var deleted = await client.DeleteAsync($"/v1/networks/{id}");
        Assert.Equal(id, await client.StoreAsync(NetworkRequests.Spec(1)));
        Assert.Equal(HttpStatusCode.OK, (await application.PostAsync("/v1/forward", $$"""{ "network": { "id": "{{id}}" }, "inputs": [[0], [1]] }""")).Status);
    }

    [Fact]
    public async Task Storing_what_is_stored_by_its_id_or_name_reads_none_of_its_numbers()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        var (id, other) = (await client.StoreAsync(NetworkRequests.Spec(1)), await client.StoreAsync(NetworkRequests.Spec(2)));

        // Whatever reads them fails.
        File.Delete(Path.Combine(_folder.Path, "parameters", id[..2], $"{id}.safetensors"));
        foreach (var network in new[] { $$"""{ "id": "{{id}}" }""", """{ "name": "first" }""" })
        {
            var (status, stored) = await application.PostAsync("/v1/networks", $$"""{ "name": "first", "network": {{network}} }""");
            Assert.Equal((HttpStatusCode.OK, id, "first"), (status, (string)stored["id"]!, (string)stored["names"]![0]!));
        }

        (await ProblemAnswer.PostAsync(application, "/v1/networks", $$"""{ "name": "first", "network": { "id": "{{other}}" } }"""))
            .AssertSays(409, "name", "Expected a name that is free, or that points to the same content, got 'first', which points to…");
        Assert.Equal(503, (await ProblemAnswer.PostAsync(application, "/v1/networks",
            $$"""{ "network": { "id": "{{id}}", "parameters": { "3.bias": [7, 8] } } }""")).Status);
    }

    [Fact]
    public async Task Who_stores_and_deletes_the_same_network_at_the_same_time_finds_it_whole_or_not_at_all()
    {
        await using var application = Application(("Engine:NetworkCacheBytes", "0"));
        using var client = application.CreateClient();
        await Parallel.ForAsync(0, 120, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (turn, cancellation) =>
        {
            var spec = NetworkRequests.Spec(turn / 3 % 4);
            var id = await client.StoreAsync(spec);
            if (turn % 3 == 0)
            {
                using var deleted = await client.DeleteAsync($"/v1/networks/{id}", cancellation);
                Assert.True(deleted.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotFound);
            }

            var (status, body) = await application.PostAsync("/v1/forward", $$"""{ "network": { "id": "{{id}}" }, "inputs": [[0], [1]] }""");
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{status} {body}");
        });
        var listed = (await client.GetJsonAsync("/v1/networks"))["items"]!.AsArray().Select(item => (string)item!["id"]!).ToHashSet();
        Assert.Equal(listed.Order(), Directory.GetFiles(Path.Combine(_folder.Path, "parameters"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order());
    }

    private GradApplication Application(params IReadOnlyList<(string, string)> settings) =>
        new() { Settings = [("Storage:Folder", _folder.Path), .. settings] };

    private void AssertInPlace(string id)
    {
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
        Assert.Equal([$"{id}.safetensors"],
            Directory.GetFiles(Path.Combine(_folder.Path, "parameters"), "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)));
    }

    private GradApplication WithDisk(Func<string, Stream> create) => WithDisk(new OtherDisk { Creation = create });

    private GradApplication WithDisk(OtherDisk disk) => new()
    {
        Settings = [("Storage:Folder", _folder.Path)],
        Additions = services => services.Replace(ServiceDescriptor.Singleton(provider =>
            new NetworkStore(provider.GetRequiredService<IOptions<StorageOptions>>(), NullLogger<NetworkStore>.Instance, TimeProvider.System) { Disk = disk })),
    };

    private NetworkStore Store() => new(Options.Create(new StorageOptions { Folder = _folder.Path }), NullLogger<NetworkStore>.Instance, TimeProvider.System);

    /// <summary>A file that is there, and whose disk is full.</summary>
    private sealed class FullDisk : FileStream
    {
        public FullDisk(string path)
            : base("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0) => File.WriteAllText(path, "");
    }
}
