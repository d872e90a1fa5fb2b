using System.Collections.Concurrent;
using System.Diagnostics;

namespace GradService.Tests.Api;

/// <summary>The service as a process of its own, for what only its start, its console, its sockets and its end show.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly ConcurrentQueue<string> _errorLines = [];
    private readonly TemporaryFolder _storage = new();

    public ServiceProcess(params IReadOnlyList<string> arguments)
        : this("", "", [], arguments)
    {
    }

    /// <summary>With a variable of its environment, "" to be without it, and a program before it that starts it.</summary>
    private ServiceProcess(string variable, string value, IReadOnlyList<string> launcher, IReadOnlyList<string> arguments)
    {
        IReadOnlyList<string> command = [.. launcher, "dotnet"];
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), typeof(Program).Assembly.Location, $"--Storage:Folder={_storage.Path}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (variable.Length > 0)
        {
            start.Environment[variable] = value.Length > 0 ? value : null;
        }

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, written) => _errorLines.Enqueue(written.Data ?? "");
        _process.BeginErrorReadLine();
    }

    /// <summary>Its number in the system.</summary>
    public int Id => _process.Id;

    /// <summary>What it has written so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>What it has written to its standard error; all of it when it has ended.</summary>
    public string Errors => string.Join('\n', _errorLines).Trim();

    /// <summary>Starts it on a free port of loopback, with settings laid over its own; where it listens.</summary>
    public static Task<(ServiceProcess Service, Uri Address)> ListeningAsync(params IReadOnlyList<string> settings) => ListeningWithAsync("", "", settings);

    /// <summary>The same, with a variable of its environment; "" to be without it.</summary>
    public static Task<(ServiceProcess Service, Uri Address)> ListeningWithAsync(string variable, string value, params IReadOnlyList<string> settings) =>
        ListeningAsync(new ServiceProcess(variable, value, [], ["--urls=http://127.0.0.1:0", .. settings]));

    /// <summary>The same, started by another program, such as one that sets limits.</summary>
    public static Task<(ServiceProcess Service, Uri Address)> ListeningUnderAsync(IReadOnlyList<string> launcher, params IReadOnlyList<string> settings) =>
        ListeningAsync(new ServiceProcess("", "", launcher, ["--urls=http://127.0.0.1:0", .. settings]));

    private static async Task<(ServiceProcess Service, Uri Address)> ListeningAsync(ServiceProcess service)
    {
        var line = await service.UntilAsync("Now listening on: ");
        var address = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..]);
        await service.UntilAsync("Application started.");
        return (service, address);
    }

    /// <summary>Reads its output up to a line with these words; that line.</summary>
    public async Task<string> UntilAsync(string words)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            _lines.Add(line);
            if (line.Contains(words, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The service ended without '{words}': {Output}");
    }

    /// <summary>Ends it at once, as kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to end, as a supervisor does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits until it has ended; its exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _storage.Dispose();
    }
}
