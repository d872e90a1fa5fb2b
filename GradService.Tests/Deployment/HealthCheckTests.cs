using System.Net;
using System.Net.Sockets;
using System.Text;
using GradService.Tests.Docs;

namespace GradService.Tests.Deployment;

/// <summary>The health check of the image, run as Docker would, against a service on another port.</summary>
public sealed class HealthCheckTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    [FactNeedsBash]
    public async Task A_service_that_is_ready_is_healthy() => Assert.Equal(0, await CheckAsync(new Uri(application.Address).Port));

    [FactNeedsBash]
    public async Task A_service_that_cannot_compute_is_not() =>
        Assert.NotEqual(0, await CheckAgainstAsync("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n 200 "));

    [FactNeedsBash]
    public async Task Something_that_answers_in_another_way_is_not() => Assert.NotEqual(0, await CheckAgainstAsync("220 200 is not HTTP\r\n"));

    [FactNeedsBash]
    public async Task A_service_that_does_not_listen_is_not()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Assert.NotEqual(0, await CheckAsync(port));
    }

    private static async Task<int> CheckAgainstAsync(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var check = CheckAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using (var caller = await listener.AcceptTcpClientAsync(deadline.Token))
        {
            await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        }

        return await check;
    }

    /// <summary>What the command ends with: 0 for healthy.</summary>
    private static async Task<int> CheckAsync(int port)
    {
        var image = Dockerfile.OfTheProject.Image;
        var (command, exposed) = (image.Only("HEALTHCHECK").Exec, $"/{image.Only("EXPOSE").Arguments} ");
        Assert.Contains(exposed, command[^1], StringComparison.Ordinal);
        command[^1] = command[^1].Replace(exposed, $"/{port} ", StringComparison.Ordinal);
        return int.Parse(await Tool.Bash.RunAsync(["-c", "\"$@\" >/dev/null 2>&1; echo $?", "-", .. command]),
            System.Globalization.CultureInfo.InvariantCulture);
    }
}
