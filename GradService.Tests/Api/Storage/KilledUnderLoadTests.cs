using System.Globalization;
using System.Net;
using GradService.Tests.Api.Networks;

namespace GradService.Tests.Api.Storage;

/// <summary>
/// kill -9 at random moments while eight clients store, move, delete and read. After each start all that was acknowledged is there and
/// whole, nothing is half, and no file is left over. GRADSERVICE_KILLS says how often; the suite has time for a few.
/// </summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class KilledUnderLoadTests : IDisposable
{
    private const int Clients = 8;
    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("GRADSERVICE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 5;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_acknowledged_is_there_after_each_of_them()
    {
        var random = new Random(20261129);
        var callers = Enumerable.Range(0, Clients).Select(number => new Caller(number)).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            var (service, address) = await ServiceProcess.ListeningAsync($"--Storage:Folder={_folder.Path}", "--Engine:NetworkCacheBytes=0");
            using (service)
            {
                using var client = new HttpClient { BaseAddress = address };
                await VerifyAsync(client, callers);
                var working = callers.Select(caller => Task.Run(() => caller.WorkAsync(client))).ToList();
                while (callers.TrueForAll(caller => caller.IsIdle) && !working.TrueForAll(work => work.IsCompleted))
                {
                    await Task.Delay(5);
                }

                await Task.Delay(random.Next(0, 500));
                service.Kill();
                await Task.WhenAll(working);
            }
        }

        var (last, where) = await ServiceProcess.ListeningAsync($"--Storage:Folder={_folder.Path}", "--Engine:NetworkCacheBytes=0");
        using (last)
        {
            using var reader = new HttpClient { BaseAddress = where };
            await VerifyAsync(reader, callers);
        }

        Assert.InRange(callers.Sum(caller => caller.Acknowledged), Kills, int.MaxValue);
    }

    private async Task VerifyAsync(HttpClient client, IReadOnlyList<Caller> callers)
    {
        var listed = new HashSet<string>();
        for (var after = ""; ;)
        {
            var page = await client.GetJsonAsync($"/v1/networks?limit=1000{after}");
            listed.UnionWith(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            if (page["next"] is null)
            {
                break;
            }

            after = $"&after={page["next"]}";
        }

        // What is read is checked against its id: an answer is whole.
        foreach (var id in listed)
        {
            Assert.NotEmpty(await client.ParametersAsync(id, "application/vnd.safetensors"));
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
        Assert.Equal(listed.Order(), Directory.GetFiles(Path.Combine(_folder.Path, "parameters"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order());
        foreach (var caller in callers)
        {
            await caller.VerifyAsync(client, listed);
        }
    }

    /// <summary>A client with networks and names of its own: it knows what it was told, and what it had asked for when the service ended.</summary>
    private sealed class Caller(int number)
    {
        private const int Names = 3;
        private readonly Random _random = new(number);
        private readonly HashSet<string> _stored = [];
        private readonly HashSet<string> _deleted = [];
        private readonly Dictionary<string, string> _names = [];
        private (string? Id, string? Name, string? Target) _asked;
        private int _seed;

        public int Acknowledged { get; private set; }

        /// <summary>Whether nothing has been answered yet since the service was started.</summary>
        public bool IsIdle { get; private set; } = true;

        public async Task WorkAsync(HttpClient client)
        {
            IsIdle = true;
            try
            {
                while (true)
                {
                    _asked = default;
                    await DoAsync(client);
                    Acknowledged++;
                    IsIdle = false;
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                // The service is gone.
                return;
            }
        }

        public async Task VerifyAsync(HttpClient client, HashSet<string> listed)
        {
            Assert.Subset(listed, _stored.Where(id => id != _asked.Id).ToHashSet());
            Assert.Empty(listed.Intersect(_deleted));
            if (_asked.Id is { } id && !listed.Contains(id))
            {
                _stored.Remove(id);
                _deleted.Add(id);
            }

            for (var name = 0; name < Names; name++)
            {
                using var answer = await client.GetAsync($"/v1/names/{NameOf(name)}");
                var found = answer.StatusCode == HttpStatusCode.NotFound
                    ? null
                    : (string)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!;
                var known = _names.GetValueOrDefault(NameOf(name));
                Assert.True(found == known || (_asked.Name == NameOf(name) && found == _asked.Target),
                    $"{NameOf(name)} points to {found ?? "nothing"} instead of {known ?? "nothing"}");
                if (found is null)
                {
                    _names.Remove(NameOf(name));
                }
                else
                {
                    _names[NameOf(name)] = found;
                }
            }
        }

        private async Task DoAsync(HttpClient client)
        {
            var some = _stored.Count == 0 ? null : _stored.ElementAt(_random.Next(_stored.Count));
            switch (some is null ? 0 : _random.Next(6))
            {
                case 0 or 1:
                    _stored.Add(await client.StoreAsync(Spec()));
                    break;
                case 2 or 3:
                    var name = NameOf(_random.Next(Names));
                    _asked = (null, name, some);
                    using (var moved = await client.MoveAsync(name, some!))
                    {
                        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
                    }

                    _names[name] = some!;
                    break;
                case 4 when !_names.ContainsValue(some!):
                    _asked = (some, null, null);
                    using (var deleted = await client.DeleteAsync($"/v1/networks/{some}"))
                    {
                        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
                    }

                    _stored.Remove(some!);
                    _deleted.Add(some!);
                    break;
                default:
                    Assert.NotEmpty(await client.ParametersAsync(some!, "application/vnd.safetensors"));
                    break;
            }
        }

        private string NameOf(int name) => $"n{number}-{name}";

        /// <summary>Small ones and some that take a while to write; no two are the same.</summary>
        private string Spec() =>
            $$"""{ "inputShape": [{{(_random.Next(2) == 0 ? 2 : 1_000)}}], "layers": [{ "type": "linear", "outFeatures": 100 }], "seed": """
                + $$"""{{(number * 1_000_000) + _seed++}} }""";
    }
}
