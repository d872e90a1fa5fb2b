using System.Globalization;
using System.Text;

namespace GradService.Tests.Api.Hosting.Connections;

/// <summary>SIGTERM to a real process: what is under way ends well, what comes later is told to go elsewhere.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class GracefulStopTests
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    [Fact]
    public async Task A_request_under_way_is_answered_new_ones_are_503_and_readiness_is_too_but_not_liveness()
    {
        var (service, address) = await ServiceProcess.ListeningAsync();
        using (service)
        {
            using var client = new HttpClient { BaseAddress = address };
            Assert.Equal((200, 200), (await StatusAsync(client, HttpMethod.Get, "/health/ready"), await StatusAsync(client, HttpMethod.Head, "/health/ready")));

            // Under way for as long as this test wants: half of its body has come.
            using var connection = await RawConnection.OpenAsync(address);
            await connection.SendAsync($"POST /v1/gradients HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {Good.Length}\r\n\r\n{Good[..50]}");
            await UntilAsync(async () => (await client.GetStringAsync("/metrics")).Split('\n')
                .Any(line => line.StartsWith("gradservice_buffered_bytes", StringComparison.Ordinal) && ValueOf(line) > 0));

            await service.TerminateAsync();
            await UntilAsync(async () => await StatusAsync(client, HttpMethod.Get, "/health/ready") == 503);
            Assert.Equal((503, 200, 200), (await StatusAsync(client, HttpMethod.Head, "/health/ready"),
                await StatusAsync(client, HttpMethod.Get, "/health/live"), await StatusAsync(client, HttpMethod.Head, "/health/live")));
            using (var content = new StringContent(Good, Encoding.UTF8, "application/json"))
            {
                var refused = await ProblemAnswer.OfAsync(await client.PostAsync("/v1/gradients", content));
                Assert.Equal((503, "The service has been told to stop and takes no new requests. Try again in a moment, when another one has taken its place."),
                    (refused.Status, refused.Detail));
                Assert.NotNull(refused.Headers.RetryAfter);
            }

            await connection.SendAsync(Good[50..]);
            var (status, body) = RawConnection.Read(await connection.ReadToEndAsync());
            Assert.Equal(200, status);
            Assert.NotNull(body["gradients"]);
            Assert.Equal(0, await service.EndAsync());
        }
    }

    [Fact]
    public async Task Who_is_not_done_within_ShutdownSeconds_does_not_hold_up_the_end()
    {
        var (service, address) = await ServiceProcess.ListeningAsync("--Connections:ShutdownSeconds=1");
        using (service)
        {
            using var connection = await RawConnection.OpenAsync(address);
            await connection.SendAsync("POST /v1/gradients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
            await service.TerminateAsync();
            await service.EndAsync();
        }
    }

    /// <summary>A mean over 640,000 values at each of 641,601 places: minutes, in which libtorch cannot be told to stop.</summary>
    [Fact]
    public async Task A_thread_inside_one_call_of_libtorch_holds_up_neither_the_answer_nor_the_end()
    {
        var (service, address) =
            await ServiceProcess.ListeningAsync("--Limits:MaxOperationSeconds=3600", "--Limits:DeadlineSeconds=1", "--Limits:StuckSeconds=1");
        using (service)
        {
            using var client = new HttpClient { BaseAddress = address };
            using var content = new StringContent("""
                {
                  "network": { "inputShape": [1, 2, 2], "layers": [
                    { "type": "adaptiveAvgPool2d", "outputSize": 1600 }, { "type": "avgPool2d", "kernelSize": 800, "stride": 1 }] },
                  "inputs": [[[[1, 2], [3, 4]]]],
                  "gradient": { "kind": "sum" }
                }
                """, Encoding.UTF8, "application/json");
            var answer = await ProblemAnswer.OfAsync(await client.PostAsync("/v1/gradients", content));
            Assert.Equal(503, answer.Status);
            Assert.StartsWith("No answer was ready within 1 seconds (limit DeadlineSeconds)", answer.Detail, StringComparison.Ordinal);

            await UntilAsync(async () => await StatusAsync(client, HttpMethod.Get, "/health/ready") == 503);
            await service.TerminateAsync();
            Assert.Equal(0, await service.EndAsync());
        }
    }

    private static double ValueOf(string line) => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);

    private static async Task<int> StatusAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Yield();
        }
    }
}
