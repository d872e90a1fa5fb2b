using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using GradService.Api.Hosting.Connections;
using GradService.Tests.Api.Figures;
using GradService.Tests.Api.Networks;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Hosting.Connections;

/// <summary>Connections leave descriptors for files: a database or a library that could not be opened for want of one might never be again.</summary>
[Trait("Lane", "Slow")]
public sealed class DescriptorTests
{
    [Theory]
    [InlineData(5_000, "Max open files            1024                 1024                 files     ", 512)]
    [InlineData(100, "Max open files            1024                 1024                 files     ", 100)]
    [InlineData(5_000, "Max open files            64                   64                   files     ", 32)]
    [InlineData(5_000, "Max open files            1048576              1048576              files     ", 5_000)]
    [InlineData(5_000, "Max open files            unlimited            unlimited            files     ", 5_000)]
    [InlineData(5_000, "Max processes             10                   10                   processes ", 5_000)]
    public void There_are_as_many_connections_as_leave_some_for_files(long wanted, string limits, long most) =>
        Assert.Equal(most, Descriptors.ConnectionsAtMost(wanted, ["Limit  Soft Limit", limits]));

    [FactNeedsBash]
    public async Task Nine_hundred_connections_right_after_the_start_leave_stores_and_figures_as_they_were()
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("bash", ["-c", "ulimit -n 1024; exec dotnet \"$@\"", "-", typeof(Program).Assembly.Location,
            "--urls=http://127.0.0.1:0", $"--Storage:Folder={folder.Path}"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var log = new ConcurrentQueue<string>();
        try
        {
            var line = "";
            while (!line.Contains("Now listening on: ", StringComparison.Ordinal))
            {
                line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The service ended.");
            }

            _ = KeepAsync(process.StandardOutput, log);
            var address = new Uri(line.Split("Now listening on: ")[1].Trim());
            var connections = new List<TcpClient>();
            using var client = new HttpClient { BaseAddress = address };

            // One that the service has before the others come.
            using var first = await client.GetAsync("/health/live");
            try
            {
                for (var number = 0; number < 900; number++)
                {
                    var connection = new TcpClient();
                    connections.Add(connection);
                    await connection.ConnectAsync(address.Host, address.Port);
                }

                // While they come some files may not be had; what could not be opened then is opened later.
                await SucceedAsync(() => client.PostAsync("/v1/networks", NetworkRequests.Json($$"""{ "network": {{NetworkRequests.Spec(1)}} }""")), log);
                await SucceedAsync(() => client.PostAsync("/v1/figures", NetworkRequests.Json(FigureRequest.Gradient())), log);
            }
            finally
            {
                connections.ForEach(connection => connection.Dispose());
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task KeepAsync(StreamReader output, ConcurrentQueue<string> log)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            log.Enqueue(line);
        }
    }

    private static async Task SucceedAsync(Func<Task<HttpResponseMessage>> ask, IEnumerable<string> log)
    {
        var last = "";
        for (var tries = 0; tries < 40; tries++)
        {
            try
            {
                using var answer = await ask();
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                last = await answer.Content.ReadAsStringAsync();
            }
            catch (HttpRequestException closed)
            {
                // While there is no descriptor left for it, a connection is closed.
                last = closed.Message;
            }

            await Task.Delay(250);
        }

        Assert.Fail($"{last}\n{string.Join('\n', log)}");
    }
}
