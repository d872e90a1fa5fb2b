using System.Globalization;
using System.Text;

namespace GradService.Tests.Api.Serving.Admission;

/// <summary>The header Request-Timeout: a deadline of the caller's own, before the service's.</summary>
public sealed class RequestTimeoutTests
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    [Theory]
    [InlineData("0.2", "0.2 seconds (header Request-Timeout)")]
    [InlineData("2e-1", "0.2 seconds (header Request-Timeout)")]
    [InlineData("1000", "0.3 seconds (limit DeadlineSeconds)")]
    [InlineData("1e300", "0.3 seconds (limit DeadlineSeconds)")]
    public async Task The_shorter_of_header_and_limit_counts_and_is_named(string header, string named)
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "1"), ("Limits:DeadlineSeconds", "0.3")] };
        using var thread = new HeldThread(application);
        var answer = await PostAsync(application, "/v1/gradients", header);
        Assert.Equal(503, answer.Status);
        Assert.StartsWith($"No answer was ready within {named}, and the computation was stopped.", answer.Detail, StringComparison.Ordinal);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("0", "'0'")]
    [InlineData("-1", "'-1'")]
    [InlineData("NaN", "'NaN'")]
    [InlineData("Infinity", "'Infinity'")]
    [InlineData("soon", "'soon'")]
    [InlineData("1,5", "'1,5'")]
    [InlineData("2s", "'2s'")]
    public async Task What_is_no_number_of_seconds_is_400_at_every_endpoint_that_computes(string header, string got)
    {
        await using var application = new GradApplication();
        foreach (var path in new[] { "/v1/gradients", "/v1/gradients/compare", "/v1/forward", "/v1/objectives", "/v1/objectives/compare" })
        {
            (await PostAsync(application, path, header)).AssertSays(400, "Request-Timeout", $"Expected a number of seconds greater than 0, got {got}.");
        }
    }

    [Fact]
    public async Task An_answer_within_it_comes_as_ever()
    {
        await using var application = new GradApplication();
        using var client = application.CreateClient();
        using var request = Request("/v1/gradients", 600.5.ToString(CultureInfo.InvariantCulture));
        using var answer = await client.SendAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static async Task<ProblemAnswer> PostAsync(GradApplication application, string path, string header)
    {
        using var client = application.CreateClient();
        using var request = Request(path, header);
        return await ProblemAnswer.OfAsync(await client.SendAsync(request));
    }

    private static HttpRequestMessage Request(string path, string header)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(Good, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Request-Timeout", header);
        return request;
    }
}
