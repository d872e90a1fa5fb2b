using System.Net;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Networks;

/// <summary>Names point to networks and are moved; who says what he supposes overwrites nobody's move.</summary>
public sealed class NamesTests : IClassFixture<GradApplication>, IDisposable
{
    private readonly HttpClient _client;

    public NamesTests(GradApplication application) => _client = application.CreateClient();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_name_is_made_moved_read_and_deleted()
    {
        var (first, second) = (await _client.StoreAsync(NetworkRequests.Spec(1)), await _client.StoreAsync(NetworkRequests.Spec(2)));
        using var made = await _client.MoveAsync("moving", first);
        Assert.Equal((HttpStatusCode.Created, "/v1/names/moving"), (made.StatusCode, made.Headers.Location!.ToString()));
        using var moved = await _client.MoveAsync("moving", second);
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
        Assert.NotEqual(made.Headers.ETag, moved.Headers.ETag);

        using var read = await _client.GetAsync("/v1/names/moving");
        Assert.Equal(moved.Headers.ETag, read.Headers.ETag);
        Assert.False(read.Headers.ETag!.IsWeak);
        var name = JsonNode.Parse(await read.Content.ReadAsStringAsync())!;
        Assert.Equal(("moving", second), ((string)name["name"]!, (string)name["id"]!));

        using var deleted = await _client.DeleteAsync("/v1/names/moving");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        (await ProblemAnswer.OfAsync(await _client.GetAsync("/v1/names/moving")))
            .AssertSays(404, "name", "Expected the name of a stored network, got 'moving'…");
        (await ProblemAnswer.OfAsync(await _client.DeleteAsync("/v1/names/moving")))
            .AssertSays(404, "name", "Expected the name of a stored network, got 'moving'…");
        Assert.Equal(second, (string)(await _client.GetJsonAsync($"/v1/networks/{second}"))["id"]!);
    }

    [Fact]
    public async Task A_move_is_made_only_as_its_conditions_suppose()
    {
        var (a, b) = (await _client.StoreAsync(NetworkRequests.Spec(1)), await _client.StoreAsync(NetworkRequests.Spec(2)));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _client.MoveAsync("careful", a, ifMatch: "*")).StatusCode);
        using var made = await _client.MoveAsync("careful", a, ifNoneMatch: "*");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var tag = made.Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _client.MoveAsync("careful", b, ifNoneMatch: "*")).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _client.MoveAsync("careful", b, ifNoneMatch: tag)).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _client.MoveAsync("careful", b, ifMatch: "\"another\"")).StatusCode);

        // A weak tag never matches strongly.
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _client.MoveAsync("careful", b, ifMatch: "W/" + tag)).StatusCode);
        Assert.Equal(a, (string)(await _client.GetJsonAsync("/v1/names/careful"))["id"]!);

        Assert.Equal(HttpStatusCode.OK, (await _client.MoveAsync("careful", b, ifMatch: $"\"another\", {tag}")).StatusCode);
        var refusal = await ProblemAnswer.OfAsync(await _client.MoveAsync("careful", a, ifMatch: tag));
        Assert.Equal(412, refusal.Status);
        Assert.Contains(b, refusal.Detail, StringComparison.Ordinal);

        // Back where it was, and yet it has been moved.
        using var back = await _client.MoveAsync("careful", a, ifMatch: "*");
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.NotEqual(tag, back.Headers.ETag!.ToString());
        using var delete = new HttpRequestMessage(HttpMethod.Delete, "/v1/names/careful") { Headers = { { "If-Match", tag } } };
        Assert.Equal(412, (await ProblemAnswer.OfAsync(await _client.SendAsync(delete))).Status);
        (await ProblemAnswer.OfAsync(await _client.MoveAsync("careful", a, ifMatch: "unquoted")))
            .AssertSays(400, "If-Match", "Expected * or entity tags in double quotes, as ETag gave them, got 'unquoted'.");
    }

    [Fact]
    public async Task A_name_that_is_made_again_has_another_version()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(1));
        using var first = await _client.MoveAsync("again", id);
        using var deleted = await _client.DeleteAsync("/v1/names/again");
        using var second = await _client.MoveAsync("again", id);
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);
    }

    [Fact]
    public async Task A_move_to_where_it_points_changes_nothing()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(1), "still");
        using var before = await _client.GetAsync("/v1/names/still");
        using var moved = await _client.MoveAsync("still", id);
        Assert.Equal((HttpStatusCode.OK, before.Headers.ETag), (moved.StatusCode, moved.Headers.ETag));
    }

    [Fact]
    public async Task A_name_cannot_point_to_what_is_not_there_nor_be_what_no_name_is()
    {
        (await ProblemAnswer.OfAsync(await _client.MoveAsync("lost", new string('a', 64)))).AssertSays(404, "id", "Expected the id of a stored network, got…");
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync("/v1/names/lost")).StatusCode);
        (await ProblemAnswer.OfAsync(await _client.MoveAsync("UPPER", new string('a', 64)))).AssertSays(400, "name", "Expected 1 to 64…");
        (await ProblemAnswer.OfAsync(await _client.MoveAsync(new string('a', 65), new string('a', 64)))).AssertSays(400, "name", "Expected 1 to 64…");
    }

    /// <summary>Each client adds one to a number that the name stands for: every increase must be there at the end.</summary>
    [Fact]
    public async Task Eight_clients_that_move_one_name_lose_no_move()
    {
        const int Clients = 8;
        const int Each = 5;
        var ids = new List<string>();
        for (var seed = 0; seed <= Clients * Each; seed++)
        {
            ids.Add(await _client.StoreAsync(NetworkRequests.Spec(1000 + seed)));
        }

        using var made = await _client.MoveAsync("counter", ids[0]);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < Each;)
            {
                using var read = await _client.GetAsync("/v1/names/counter");
                var at = ids.IndexOf((string)JsonNode.Parse(await read.Content.ReadAsStringAsync())!["id"]!);
                using var moved = await _client.MoveAsync("counter", ids[at + 1], ifMatch: read.Headers.ETag!.ToString());
                Assert.True(moved.StatusCode is HttpStatusCode.OK or HttpStatusCode.PreconditionFailed, $"{moved.StatusCode}");
                done += moved.StatusCode == HttpStatusCode.OK ? 1 : 0;
            }
        })));
        Assert.Equal(ids[^1], (string)(await _client.GetJsonAsync("/v1/names/counter"))["id"]!);
    }
}
