using System.Diagnostics;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Storage;

/// <summary>A small disk in memory, which may be filled, made read-only, and taken away.</summary>
internal sealed class OwnDisk : IDisposable
{
    private readonly TemporaryFolder _place = new();

    public OwnDisk(int mebibytes)
    {
        Directory.CreateDirectory(_place.Path);
        Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", _place.Path);
    }

    public string Folder => Path.Combine(_place.Path, "networks");

    private string Filler => Path.Combine(_place.Path, "filler");

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException full) when (full.HResult == 28)
        {
            return;
        }
    }

    public void SetReadOnly(bool readOnly) => Run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", _place.Path);

    /// <summary>Takes the disk away while files on it are open.</summary>
    public void TakeAway() => Run("umount", "-l", _place.Path);

    public void Dispose()
    {
        using var end = Process.Start(new ProcessStartInfo("umount", ["-l", _place.Path]) { RedirectStandardError = true })!;
        end.WaitForExit();
        _place.Dispose();
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}

/// <summary>
/// A test that may mount a disk. Few may, and machines that build for everybody do not: it is passed over there too, and the injected
/// faults, which need nothing, are the test of it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedsMountAttribute : FactAttribute
{
    private static readonly Tool Mount = new("the right to mount a disk", "bash", "-c",
        "place=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs \"$place\" && umount \"$place\" && rmdir \"$place\"");

    public FactNeedsMountAttribute() => Skip = Mount.Missing;
}
