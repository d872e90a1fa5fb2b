using GradService.Api.Arrays;
using GradService.Domain;

namespace GradService.Api.Storage;

/// <summary>
/// The numbers of stored networks, a safetensors file for each, named by its id. A file is written under another name, brought to the
/// disk and renamed: under its own name it is whole, or not there.
/// </summary>
/// <param name="folder">The folder, which this process has for itself.</param>
/// <param name="create">Opens a file that is to be written.</param>
internal sealed class ParameterFiles(string folder, Func<string, Stream> create)
{
    private const string Ending = ".safetensors";
    private const int Buffer = 128 * 1024;

    /// <summary>What is on its way in.</summary>
    private readonly string _incoming = Path.Combine(folder, "incoming");

    /// <summary>What is there, in folders by the first two digits: none should have too many files.</summary>
    private readonly string _kept = Path.Combine(folder, "parameters");

    /// <summary>A file on the disk, as an upload needs it.</summary>
    public static Stream Create(string path) => new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = Buffer, Options = FileOptions.SequentialScan });

    /// <summary>A new file for what comes in, which is gone when it is disposed of, unless it was kept.</summary>
    /// <param name="room">Gives it room, see <see cref="IncomingFile"/>.</param>
    public IncomingFile Receive(Action<long, long> room)
    {
        Directory.CreateDirectory(_incoming);
        var path = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        return new IncomingFile(path, create(path), room);
    }

    /// <summary>Gives a file that is whole and on the disk its name.</summary>
    public void Keep(IncomingFile file, string id)
    {
        var path = PathOf(id);
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
        {
            Directory.CreateDirectory(parent);
            DirectorySync.Flush(_kept);
        }

        file.MoveTo(path);
        DirectorySync.Flush(parent);
    }

    /// <summary>A network's file, to be read; null where it is not there.</summary>
    public FileStream? Open(string id)
    {
        try
        {
            return new FileStream(PathOf(id), new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, BufferSize = Buffer, Options = FileOptions.SequentialScan });
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A network's numbers; null where they are not there.</summary>
    public IReadOnlyDictionary<string, NdArray>? Read(string id)
    {
        using var file = Open(id);
        return file is null ? null : SafetensorsReader.Read(file, "parameters");
    }

    public void Delete(string id)
    {
        var path = PathOf(id);
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>Removes what was on its way in when the process ended, and what belongs to no network.</summary>
    /// <param name="known">The ids of all networks.</param>
    /// <returns>How many files were removed.</returns>
    public int RemoveOrphans(IReadOnlySet<string> known)
    {
        Directory.CreateDirectory(_incoming);
        Directory.CreateDirectory(_kept);
        var orphans = Directory.EnumerateFiles(_incoming)
            .Concat(Directory.EnumerateFiles(_kept, "*", SearchOption.AllDirectories).Where(path => !known.Contains(IdOf(path))))
            .ToList();
        orphans.ForEach(File.Delete);
        return orphans.Count;
    }

    private string PathOf(string id) => Path.Combine(_kept, id[..2], id + Ending);

    private static string IdOf(string path) => path.EndsWith(Ending, StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(path) : "";
}
