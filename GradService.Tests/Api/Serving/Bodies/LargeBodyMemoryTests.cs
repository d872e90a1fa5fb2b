using System.Globalization;
using System.Net;
using System.Text;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Serving.Bodies;

/// <summary>What a large body takes, as the system counts it, in a process of its own.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class LargeBodyMemoryTests
{
    private const int Million = 1_000_000;

    /// <summary>
    /// The shortest numbers there are: the text takes 40 MB, its array 160, single precision in and out 80 each, and the buffer of the
    /// body 96 while it doubles.
    /// </summary>
    [TheoryNeedsFile("/proc/self/status")]
    [InlineData("/Evaluate", 14)]
    [InlineData("/tesseract/plain/apply", 16)]
    public async Task Forty_megabytes_of_numbers_take_a_few_times_their_size(string path, int times)
    {
        var (service, address) = await ServiceProcess.ListeningAsync("--Engine:LoadAtStart=false", "--Limits:DeadlineSeconds=120");
        using (service)
        {
            using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
            await PostAsync(client, "/v1/networks", """{ "name": "plain", "network": { "inputShape": [1], "layers": [{ "type": "tanh" }] } }""",
                HttpStatusCode.Created);
            await PostAsync(client, path, Body(path, 2), HttpStatusCode.OK);
            var before = PeakOf(service);
            var body = Body(path, 20 * Million);
            await PostAsync(client, path, body, HttpStatusCode.OK);
            Assert.InRange((PeakOf(service) - before) / (double)body.Length, 1, times);
        }
    }

    private static string Body(string path, int count)
    {
        var numbers = string.Join(',', Enumerable.Repeat('0', count));
        return path == "/Evaluate"
            ? $$"""{ "name": "plain", "input": [[{{numbers}}]], "config": { "batchSize": {{count}} } }"""
            : $$"""{ "inputs": { "inputs": { "shape": [{{count}}, 1], "dtype": "float32", "data": { "encoding": "json", "buffer": [{{numbers}}] } } } }""";
    }

    private static async Task PostAsync(HttpClient client, string path, string body, HttpStatusCode expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode} {(answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync())}");
        await answer.Content.CopyToAsync(Stream.Null);
    }

    /// <summary>The most that was resident so far.</summary>
    private static long PeakOf(ServiceProcess service)
    {
        var line = File.ReadLines($"/proc/{service.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim('\t'), CultureInfo.InvariantCulture);
    }
}
