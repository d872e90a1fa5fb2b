using GradService.Tests.Api.Networks;

namespace GradService.Tests.Api.Storage;

/// <summary>A service that is killed while networks come in: after its next start each of them is whole, or not there.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class KilledServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_kill_during_uploads_leaves_no_half_network_and_nothing_that_belongs_to_none()
    {
        var stored = new HashSet<string>();
        for (var round = 0; round < 3; round++)
        {
            using var service = Start();
            using var client = await ClientOfAsync(service);
            stored.UnionWith(await UploadUntilKilledAsync(service, client, round));
        }

        using var last = Start();
        using var reader = await ClientOfAsync(last);
        var there = new List<string>();
        for (var after = ""; ;)
        {
            var page = await reader.GetJsonAsync($"/v1/networks?limit=1000{after}");
            there.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            if (page["next"] is null)
            {
                break;
            }

            after = $"&after={page["next"]}";
        }

        Assert.NotEmpty(stored);
        Assert.Subset(there.ToHashSet(), stored);
        foreach (var id in there)
        {
            // The id is the hash of what was stored: stored again as it is read, it must be the same.
            var network = (await reader.GetJsonAsync($"/v1/networks/{id}"))["network"]!;
            network["parameters"] = await reader.GetJsonAsync($"/v1/networks/{id}/parameters");
            Assert.Equal(id, await reader.StoreAsync(network.ToJsonString()));
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
        Assert.Equal(there.Order(), Directory.GetFiles(Path.Combine(_folder.Path, "parameters"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order());
    }

    private ServiceProcess Start() => new("--urls=http://127.0.0.1:0", $"--Storage:Folder={_folder.Path}");

    private static async Task<HttpClient> ClientOfAsync(ServiceProcess service) =>
        new() { BaseAddress = new Uri((await service.UntilAsync("Now listening on: ")).Split("Now listening on: ")[1].Trim()) };

    /// <summary>Uploads from several clients; the service is killed when some have been answered. The ids that were answered.</summary>
    private static async Task<IReadOnlyList<string>> UploadUntilKilledAsync(ServiceProcess service, HttpClient client, int round)
    {
        const int Clients = 4;
        const int AnsweredBefore = 8;
        var (answered, gate) = (new List<string>(), new Lock());
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            try
            {
                for (var upload = 0; ; upload++)
                {
                    var id = await client.StoreAsync(Spec((round * 1_000_000) + (number * 10_000) + upload));
                    lock (gate)
                    {
                        answered.Add(id);
                        if (answered.Count == AnsweredBefore)
                        {
                            service.Kill();
                        }
                    }
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                // The service is gone, which ends the uploads.
            }
        })));
        return answered;
    }

    /// <summary>Large enough that writing takes a while.</summary>
    private static string Spec(int seed) => $$"""{ "inputShape": [100], "layers": [{ "type": "linear", "outFeatures": 1000 }], "seed": {{seed}} }""";
}
