using System.Diagnostics;
using System.Globalization;

namespace GradService.Fuzz.Storm;

/// <summary>The service as a process of its own on the loopback address, with a deadline and limits that keep requests small.</summary>
internal sealed class ServiceUnderStorm : IDisposable
{
    private const string Listening = "Now listening on: ";

    /// <summary>
    /// With its own limits a few requests of a storm take hundreds of megabytes each. The allocator keeps what they took, and each that
    /// meets another adds to it: memory would rise in steps, and a leak not be seen. And the network cache is full before memory is looked at.
    /// </summary>
    private static readonly string[] Limits = ["--Limits:MaxParameters=10000", "--Limits:MaxNativeBytes=20000000", "--Limits:MaxResultBytes=1000000", "--Engine:NetworkCacheBytes=4000000"];

    private readonly Process _process;
    private readonly DirectoryInfo _storage;

    private ServiceUnderStorm(Process process, Uri address, DirectoryInfo storage) => (_process, Address, _storage) = (process, address, storage);

    public Uri Address { get; }

    /// <param name="maxStoredBytes">Small enough to be full soon.</param>
    /// <param name="deadline">Short, as some requests that are within all limits take longer than one wants to wait.</param>
    public static ServiceUnderStorm Start(long maxStoredBytes, TimeSpan deadline)
    {
        // Not where the user of this machine has networks.
        var storage = Directory.CreateTempSubdirectory("gradservice-storm-");
        string[] arguments =
        [
            typeof(global::Program).Assembly.Location, "--urls=http://127.0.0.1:0",
            string.Create(CultureInfo.InvariantCulture, $"--Limits:DeadlineSeconds={deadline.TotalSeconds}"),
            $"--Storage:Folder={storage.FullName}", string.Create(CultureInfo.InvariantCulture, $"--Storage:MaxStoredBytes={maxStoredBytes}"), .. Limits,
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, WorkingDirectory = AppContext.BaseDirectory };

        // As the image has it. And a small managed heap is collected as a whole often: only then is it known what is alive.
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x10000000";
        var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Contains(Listening, StringComparison.Ordinal))
            {
                // What it writes from now on must be taken away, or it would wait.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Console.OpenStandardError());
                return new ServiceUnderStorm(process, new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]), storage);
            }
        }

        storage.Delete(recursive: true);
        throw new InvalidOperationException("The service ended before it listened.");
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _storage.Delete(recursive: true);
    }
}
