using System.IO.Compression;
using GradService.Fuzz.Mutations;
using GradService.Tests.Problems;

namespace GradService.Tests.Api.Serving.Refusals;

/// <summary>
/// Good requests with something broken in them, thousands, the same every time: whatever comes, the answer is a result or a refusal, and
/// never the service's own fault.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class FuzzTests(FuzzTests.SmallApplication application) : IClassFixture<FuzzTests.SmallApplication>
{
    private const int Usual = 1_500;

    /// <summary>Small limits, so that what is huge is refused and what is accepted is quick.</summary>
    public sealed class SmallApplication : GradApplication, IAsyncLifetime
    {
        public SmallApplication() => Settings =
        [
            ("Limits:MaxParameters", "10000"), ("Limits:MaxNativeBytes", "10000000"), ("Limits:MaxResultBytes", "100000"), ("Limits:MaxPasses", "1000"),
            ("Limits:QueueLength", "1000"), ("Limits:MaxRequestBytes", "4000000"),
            // Those that the good requests store, and no more.
            ("Storage:MaxStoredBytes", "14000"),
        ];

        public async Task InitializeAsync()
        {
            using var client = CreateClient();
            await ServedNetwork.StoreAsync(client);
        }

        async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();
    }

    public static TheoryData<string> Good { get; } = [.. GoodRequest.All.Select(good => good.Name)];

    [Theory]
    [MemberData(nameof(Good))]
    public async Task What_is_mutated_succeeds_as_it_is_and_as_an_archive_and_as_a_form(string name)
    {
        var good = GoodRequest.All.Single(each => each.Name == name);
        var answer = await AnswerAsync(good.Unbroken);
        if (good.TakesArchive)
        {
            Assert.Equal(answer, await AnswerAsync(good.Unbroken with
            {
                ContentType = MutatedRequest.Npz,
                Body = RequestArchive.Packed(RequestArchive.MembersOf(good.Json), CompressionLevel.Fastest),
            }));
        }

        if (good.TakesForm)
        {
            Assert.Equal(answer, await AnswerAsync(good.Unbroken with { ContentType = FormMutation.ContentType, Body = FormMutation.Of(good.Json) }));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_is_broken_in_a_request_the_answer_is_a_result_or_a_refusal_and_no_failure_of_the_service(int seed)
    {
        var (random, requests) = (new Random(seed), RandomCases.Count(Usual));
        var statuses = new Dictionary<int, int>();
        using var client = application.CreateClient();
        for (var i = 0; i < requests; i++)
        {
            var request = MutatedRequest.Draw(random);
            using var message = request.ToMessage();
            using var response = await client.SendAsync(message);
            var broken = await AnswerRules.BrokenAsync(request.Path, response);
            Assert.True(broken is null, $"{broken}\n{request}");
            var status = (int)response.StatusCode;
            if (AnswerRules.IsV1(request.Path) && status is 400 or 409 or 413 or 422)
            {
                Assert.NotEmpty((await ProblemAnswer.OfAsync(response)).Errors);
            }

            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        // Else little would be computed, or little broken.
        Assert.True(RandomCases.AreFewerThan(Usual)
            || new[] { (200, requests / 8), (400, requests / 4), (404, 5), (412, 1), (413, 2), (415, 2), (422, 20), (507, 3) }
                .All(least => statuses.GetValueOrDefault(least.Item1) >= least.Item2), string.Join(", ", statuses));
    }

    private async Task<string> AnswerAsync(MutatedRequest request)
    {
        using var client = application.CreateClient();
        using var message = request.ToMessage();
        using var response = await client.SendAsync(message);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {request}");
        Assert.Null(await AnswerRules.BrokenAsync(request.Path, response));
        return await LastingAnswer.ReadAsync(response);
    }
}
