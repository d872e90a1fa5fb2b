using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Fuzz.Mutations;

namespace GradService.Tests.Api;

/// <summary>
/// Good requests with something broken in them, thousands, the same every time: whatever comes, the answer is a result or a refusal, and
/// never the service's own fault.
/// </summary>
public sealed class FuzzTests(FuzzTests.SmallApplication application) : IClassFixture<FuzzTests.SmallApplication>
{
    private const int Requests = 1_500;

    /// <summary>Small limits, so that what is huge is refused and what is accepted is quick.</summary>
    public sealed class SmallApplication : GradApplication
    {
        public SmallApplication() => Settings =
        [
            ("Limits:MaxParameters", "10000"), ("Limits:MaxNativeBytes", "10000000"), ("Limits:MaxResultBytes", "100000"), ("Limits:MaxPasses", "1000"), ("Limits:QueueLength", "1000"), ("Limits:MaxRequestBytes", "4000000"),
        ];
    }

    public static TheoryData<string> Good { get; } = [.. GoodRequest.All.Select(good => good.Name)];

    [Theory]
    [MemberData(nameof(Good))]
    public async Task What_is_mutated_succeeds_as_it_is_and_as_an_archive(string name)
    {
        var good = GoodRequest.All.Single(each => each.Name == name);
        var json = await AnswerAsync(good.Path, "application/json", Encoding.UTF8.GetBytes(good.Json));
        var archive = await AnswerAsync(good.Path, "application/x-npz", RequestArchive.Packed(RequestArchive.MembersOf(good.Json), CompressionLevel.Fastest));
        Assert.Equal(Untimed(json), Untimed(archive));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_is_broken_in_a_request_the_answer_is_a_result_or_a_refusal_and_no_failure_of_the_service(int seed)
    {
        var random = new Random(seed);
        var statuses = new Dictionary<int, int>();
        using var client = application.CreateClient();
        for (var i = 0; i < Requests; i++)
        {
            var request = MutatedRequest.Draw(random);
            using var message = request.ToMessage();
            using var response = await client.SendAsync(message);
            var broken = await AnswerRules.BrokenAsync(response);
            Assert.True(broken is null, $"{broken}\n{request}");
            var status = (int)response.StatusCode;
            if (status is not (200 or 406 or 415 or 429 or 503))
            {
                Assert.NotEmpty((await ProblemAnswer.OfAsync(response)).Errors);
            }

            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        // Else little would be computed, or little broken.
        Assert.True(new[] { (200, Requests / 8), (400, Requests / 3), (413, 2), (415, 3) }.All(least => statuses.GetValueOrDefault(least.Item1) >= least.Item2), string.Join(", ", statuses));
    }

    private async Task<JsonNode> AnswerAsync(string path, string type, byte[] body)
    {
        using var client = application.CreateClient();
        using var message = new MutatedRequest(path, type, "application/json", body).ToMessage();
        using var response = await client.SendAsync(message);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The answer without how long it took.</summary>
    private static string Untimed(JsonNode answer)
    {
        foreach (var place in JsonPlace.Below(answer).Where(place => place.Name == "timings").ToList())
        {
            place.Remove();
        }

        return answer.ToJsonString();
    }
}
