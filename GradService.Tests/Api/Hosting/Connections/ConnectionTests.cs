using System.Text;
using GradService.Api.Hosting.Connections;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Hosting.Connections;

/// <summary>Slow and idle callers, over real sockets of a real process: they are closed, and others are served meanwhile.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class ConnectionTests
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    private const string Live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string Head = "POST /v1/gradients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    [Fact]
    public async Task Who_never_ends_its_headers_its_body_or_a_chunked_body_or_never_asks_is_closed_and_others_are_served()
    {
        var (service, address) = await ServiceProcess.ListeningAsync(
            "--Connections:KeepAliveTimeoutSeconds=2", "--Connections:RequestHeadersTimeoutSeconds=2", "--Connections:RequestBodyTimeoutSeconds=2");
        using (service)
        {
            string[] beginnings = ["", Head, $"{Head}Content-Length: 500\r\n\r\n{{", $"{Head}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n"];
            var slow = await Task.WhenAll(beginnings.Select(async beginning => await OpenAsync(address, beginning)));
            await AssertServedAsync(address);
            var ends = await Task.WhenAll(slow.Select(connection => connection.ReadToEndAsync()));
            Assert.Equal("", ends[0]);
            Assert.True(ends[1] is "" || ends[1].StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), ends[1]);
            Assert.All(ends[2..], end => Assert.StartsWith("HTTP/1.1 408 ", end, StringComparison.Ordinal));
            Array.ForEach(slow, connection => connection.Dispose());
            await AssertServedAsync(address);
        }
    }

    /// <summary>Slow-loris: something always comes, but never the end.</summary>
    [Theory]
    [InlineData("", "X-Slow: 1\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n")]
    public async Task Who_goes_on_for_ever_is_closed_all_the_same(string beginning, string more)
    {
        var (service, address) =
            await ServiceProcess.ListeningAsync("--Connections:RequestHeadersTimeoutSeconds=2", "--Connections:RequestBodyTimeoutSeconds=2");
        using (service)
        {
            using var connection = await OpenAsync(address, Head + beginning);
            var closed = connection.ReadToEndAsync();
            while (!closed.IsCompleted && await connection.TrySendAsync(more))
            {
                await Task.WhenAny(closed, Task.Delay(TimeSpan.FromMilliseconds(100)));
            }

            Assert.DoesNotContain(" 200 ", await closed, StringComparison.Ordinal);
            await AssertServedAsync(address);
        }
    }

    [Fact]
    public async Task Beside_a_thousand_idle_connections_others_are_served()
    {
        var (service, address) = await ServiceProcess.ListeningAsync();
        using (service)
        {
            var idle = new List<RawConnection>();
            while (idle.Count < 1_000)
            {
                idle.AddRange(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => OpenAsync(address, idle.Count % 100 == 0 ? "" : Head))));
            }

            for (var time = 0; time < 20; time++)
            {
                await AssertServedAsync(address);
            }

            idle.ForEach(connection => connection.Dispose());
        }
    }

    [Fact]
    public async Task Beyond_MaxConnections_the_next_is_closed_until_one_of_them_is()
    {
        var (service, address) = await ServiceProcess.ListeningAsync("--Connections:MaxConnections=2");
        using (service)
        {
            using (var first = await OpenAsync(address, Live))
            using (var second = await OpenAsync(address, Live))
            {
                // That they are open is sure once they have been answered: connections are not let in in the order in which they come.
                Assert.All([await first.ReadToAsync("\"live\""), await second.ReadToAsync("\"live\"")],
                    answer => Assert.Contains(" 200 ", answer, StringComparison.Ordinal));
                using var third = await OpenAsync(address, "");
                Assert.Equal("", await third.ReadToEndAsync());
            }

            // The server sees only in a moment that they are closed.
            while (!await IsServedAsync(address))
            {
                await Task.Yield();
            }
        }
    }

    [Theory]
    [InlineData("MaxConnections", "0")]
    [InlineData("KeepAliveTimeoutSeconds", "0")]
    [InlineData("RequestHeadersTimeoutSeconds", "-1")]
    [InlineData("RequestBodyTimeoutSeconds", "0")]
    [InlineData("MinBytesPerSecond", "0")]
    [InlineData("ShutdownSeconds", "0")]
    public async Task A_setting_out_of_range_stops_the_start_and_is_named(string name, string value) =>
        Assert.Contains(name, (await Assert.ThrowsAsync<OptionsValidationException>(
            () => RealStart.RunAsync($"--{ConnectionOptions.Section}:{name}={value}"))).Message, StringComparison.Ordinal);

    private static async Task<RawConnection> OpenAsync(Uri address, string beginning)
    {
        var connection = await RawConnection.OpenAsync(address);
        await connection.SendAsync(beginning);
        return connection;
    }

    private static async Task AssertServedAsync(Uri address) => Assert.True(await IsServedAsync(address));

    private static async Task<bool> IsServedAsync(Uri address)
    {
        try
        {
            using var client = new HttpClient { BaseAddress = address };
            using var content = new StringContent(Good, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync("/v1/gradients", content);
            return (int)answer.StatusCode == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
