using GradService.Fuzz.Mutations;
using GradService.Tests.Problems;

namespace GradService.Tests.Api.Protocols;

/// <summary>
/// Broken requests to the other protocols, the same every time: whatever comes, the answer is in the protocol's form, and never
/// the service's own fault.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class ProtocolFuzzTests(GradApplication application) : IClassFixture<GradApplication>
{
    private const int Usual = 1_200;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_broken_in_a_request_the_answer_has_the_form_of_the_protocol(int seed)
    {
        var (random, requests) = (new Random(seed), RandomCases.Count(Usual));
        var answers = new List<(bool IsTesseract, int Status)>();
        using var client = application.CreateClient();
        await ServedNetwork.StoreAsync(client);
        for (var i = 0; i < requests; i++)
        {
            var request = MutatedRequest.Draw(random, ProtocolRequests.All);
            using var message = request.ToMessage();
            using var response = await client.SendAsync(message);
            var broken = await AnswerRules.BrokenAsync(request.Path, response);
            Assert.True(broken is null, $"{broken}\n{request}");
            answers.Add((request.Path.StartsWith("/tesseract/", StringComparison.Ordinal), (int)response.StatusCode));
        }

        // Else little would be computed, or little broken.
        if (!RandomCases.AreFewerThan(Usual))
        {
            Assert.All([(false, 200), (false, 400), (true, 200), (true, 422)],
                kind => Assert.InRange(answers.Count(answer => answer == kind), requests / 12, requests));
            Assert.Contains((true, 404), answers);
        }
    }
}
