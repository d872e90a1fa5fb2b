using System.Net;
using GradService.Api.Storage;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.Api.Networks;
using GradService.Tests.Problems;
using Microsoft.Data.Sqlite;

namespace GradService.Tests.Api.Storage;

/// <summary>A database that another process holds keeps nobody waiting but those who need it, and those no longer than they will.</summary>
[Trait("Lane", "Slow")]
public sealed class LockedFolderTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task At_the_start_health_and_described_networks_are_answered_and_stored_ones_refused_until_it_is_free()
    {
        await using (var before = Application())
        {
            using var storing = before.CreateClient();
            await storing.StoreAsync(NetworkRequests.Spec(1), "kept");
        }

        var held = Hold();
        await using var application = Application();
        using var client = application.CreateClient();
        var waiting = Enumerable.Range(0, 60).Select(_ => client.GetAsync("/v1/networks")).ToList();
        await AssertOthersAreServedAsync(application, client);
        foreach (var one in waiting)
        {
            AssertRefused(await ProblemAnswer.OfAsync(await one.WaitAsync(Soon * 3)));
        }

        AssertRefused(await ProblemAnswer.PostAsync(application, "/v1/forward", """{ "network": { "name": "kept" }, "inputs": [[0], [1]] }"""));
        held.Dispose();
        Assert.Equal(HttpStatusCode.OK, (await application.PostAsync("/v1/forward", """{ "network": { "name": "kept" }, "inputs": [[0], [1]] }""")).Status);
    }

    [Fact]
    public async Task While_it_runs_all_but_one_are_told_at_once()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1));
        SqliteConnection.ClearAllPools();
        using (Hold())
        {
            var waiting = Enumerable.Range(0, 60).Select(_ => client.GetAsync($"/v1/networks/{id}")).ToList();
            await AssertOthersAreServedAsync(application, client);
            foreach (var one in waiting)
            {
                AssertRefused(await ProblemAnswer.OfAsync(await one.WaitAsync(Soon * 3)));
            }
        }

        Assert.Equal(id, (string)(await client.GetJsonAsync($"/v1/networks/{id}"))["id"]!);
    }

    [Fact]
    public async Task Who_will_not_wait_says_so()
    {
        await using (var before = Application())
        {
            using var storing = before.CreateClient();
            await storing.StoreAsync(NetworkRequests.Spec(1));
        }

        using var held = Hold();
        await using var application = Application();
        using var client = application.With("Request-Timeout", "0.05");
        var refusal = await ProblemAnswer.OfAsync(await client.GetAsync("/v1/networks"));
        Assert.Equal(503, refusal.Status);
        Assert.Contains((string)refusal.Body["code"]!, new[] { StorageUnavailableException.Opening, StorageUnavailableException.Locked });
    }

    private static async Task AssertOthersAreServedAsync(GradApplication application, HttpClient client)
    {
        using var live = await client.GetAsync("/health/live").WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.OK,
            (await application.PostAsync("/v1/forward", """{ "network": { "inputShape": [1], "layers": [{ "type": "tanh" }] }, "inputs": [[0]] }""")
                .WaitAsync(Soon)).Status);
    }

    private static void AssertRefused(ProblemAnswer refusal) =>
        Assert.Equal((503, StorageUnavailableException.Locked), (refusal.Status, (string?)refusal.Body["code"]));

    /// <summary>Holds the database as another program might, also against readers.</summary>
    private SqliteConnection Hold()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "networks.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA user_version = 0; BEGIN EXCLUSIVE; COMMIT";
        command.ExecuteNonQuery();
        return connection;
    }

    private GradApplication Application() => new() { Settings = [("Storage:Folder", _folder.Path)] };
}
