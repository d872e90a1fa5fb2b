using System.Diagnostics;
using System.Globalization;

namespace GradService.Fuzz.Storm;

/// <summary>The service as a process of its own on the loopback address, with a data folder that is deleted at the end.</summary>
internal sealed class ServiceUnderStorm : IDisposable
{
    private const string Listening = "Now listening on: ";

    /// <summary>
    /// With its own limits a few requests of a storm take hundreds of megabytes each. The allocator keeps what they took, and each that
    /// meets another adds to it: memory would rise in steps, and a leak not be seen. And the network cache is full before memory is looked at.
    /// </summary>
    private static readonly string[] SmallLimits =
        ["--Limits:MaxParameters=10000", "--Limits:MaxNativeBytes=20000000", "--Limits:MaxResultBytes=1000000", "--Engine:NetworkCacheBytes=4000000"];

    /// <summary>Not a line for each deadline, but the one that says where it listens.</summary>
    private static readonly string[] Quiet = ["--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information"];

    /// <summary>A small managed heap is collected as a whole often: only then is it known what is alive.</summary>
    private static readonly (string Name, string Value) SmallHeap = ("DOTNET_GCHeapHardLimit", "0x10000000");

    private readonly Process _process;
    private readonly DirectoryInfo _storage;

    private ServiceUnderStorm(Process process, Uri address, DirectoryInfo storage) => (_process, Address, _storage) = (process, address, storage);

    public Uri Address { get; }

    public ProcessFigures Figures => new(_process.Id);

    public bool HasEnded => _process.HasExited;

    public string Folder => _storage.FullName;

    /// <summary>With limits that keep requests small.</summary>
    /// <param name="maxStoredBytes">Small enough to be full soon.</param>
    /// <param name="deadline">Short, as some requests that are within all limits take longer than one wants to wait.</param>
    public static ServiceUnderStorm Start(long maxStoredBytes, TimeSpan deadline) =>
        Start([Deadline(deadline), string.Create(CultureInfo.InvariantCulture, $"--Storage:MaxStoredBytes={maxStoredBytes}"), .. SmallLimits], [SmallHeap]);

    /// <summary>With the limits that it has anyhow.</summary>
    public static ServiceUnderStorm StartWithOwnLimits(TimeSpan deadline) => Start([Deadline(deadline), .. Quiet], []);

    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _storage.Delete(recursive: true);
    }

    private static string Deadline(TimeSpan deadline) => string.Create(CultureInfo.InvariantCulture, $"--Limits:DeadlineSeconds={deadline.TotalSeconds}");

    private static ServiceUnderStorm Start(IEnumerable<string> settings, IEnumerable<(string Name, string Value)> environment)
    {
        // Not where the user of this machine has networks.
        var storage = Directory.CreateTempSubdirectory("gradservice-storm-");
        string[] arguments = [typeof(global::Program).Assembly.Location, "--urls=http://127.0.0.1:0", $"--Storage:Folder={storage.FullName}", .. settings];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, WorkingDirectory = AppContext.BaseDirectory };

        // As the image has it.
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

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
}
