using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;

namespace GradService.Fuzz.Walk;

/// <summary>
/// How many source files one request goes through, in a service that has answered it before: what somebody must know to follow it. Two
/// requests stand for the rest, a gradient and a loss.
/// </summary>
internal static class RequestWalk
{
    private const string Sum = """
        {
          "network": { "inputShape": [1], "seed": 7,
            "layers": [{ "type": "linear", "outFeatures": 20 }, { "type": "tanh" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 }] },
          "inputs": [[0], [0.25], [0.5], [1]], "batchNorm": { "mode": "train" }, "gradient": { "kind": "sum" }
        }
        """;

    private const string Loss = """
        {
          "network": { "inputShape": [1], "seed": 7,
            "layers": [{ "type": "linear", "outFeatures": 20 }, { "type": "tanh" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 }] },
          "variables": ["x"], "outputs": ["u"],
          "points": [{ "name": "interior", "inputs": [[0.25], [0.5], [0.75]] }, { "name": "boundary", "inputs": [[0], [1]] }],
          "terms": [{ "name": "pde", "on": "interior", "residual": "u_xx + pi^2*sin(pi*x)" }, { "name": "bc", "on": "boundary", "residual": "u" }]
        }
        """;

    private static readonly (string Name, string Path, string Body)[] Requests = [("sum", "/v1/gradients", Sum), ("loss", "/v1/objectives", Loss)];

    /// <summary>Instruments a copy of a compiled project, and has it run there.</summary>
    /// <param name="folder">Where the project was compiled to, this program among it.</param>
    /// <param name="list">Whether to name the files.</param>
    public static async Task<int> RunAsync(string folder, bool list)
    {
        var copy = Directory.CreateTempSubdirectory("walk");
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                var to = Path.Combine(copy.FullName, Path.GetRelativePath(folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            // A project of another day may not have this program as it is.
            var self = typeof(RequestWalk).Assembly.Location;
            File.Copy(self, Path.Combine(copy.FullName, Path.GetFileName(self)), overwrite: true);
            WalkInstrumentation.Apply(copy.FullName);
            var start = new ProcessStartInfo("dotnet", [Path.Combine(copy.FullName, Path.GetFileName(self)), "walked", list ? "list" : "count"])
            {
                WorkingDirectory = copy.FullName,
            };
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    /// <summary>In the instrumented copy: the service in this process, each request twice, and what the second entered.</summary>
    public static async Task<int> CountAsync(bool list)
    {
        var files = WalkInstrumentation.Files(AppContext.BaseDirectory);
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] arguments = [$"--urls={address}", $"--Storage:Folder={Path.Combine(AppContext.BaseDirectory, "networks")}",
            "--Logging:LogLevel:Default=Warning"];
        var service = Assembly.Load("GradService.Api").EntryPoint!;
        new Thread(() => service.Invoke(null, [arguments])) { IsBackground = true }.Start();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        await WhenReadyAsync(client);
        foreach (var (name, path, body) in Requests)
        {
            await PostAsync(client, path, body);
            Entered.Forget();
            await PostAsync(client, path, body);
            var entered = Entered.Numbers.Select(number => files[number]).Order(StringComparer.Ordinal).ToList();
            await Console.Out.WriteLineAsync($"{name}: {entered.Count} of {files.Length} files");
            foreach (var file in list ? entered : [])
            {
                await Console.Out.WriteLineAsync($"  {file}");
            }
        }

        return 0;
    }

    private static async Task PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    private static async Task WhenReadyAsync(HttpClient client)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (tries < 100)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
