using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;

namespace GradService.Api.Storage;

/// <summary>
/// The numbers of stored networks, a safetensors file for each, named by its id. What is written is brought to the disk and then put down
/// in "incoming" under its id before the database says that the network is there, and moved to its place afterwards; what is deleted goes
/// the other way. So a file in "incoming" with an id is whole, and the database says where it belongs: to its place, or nowhere.
/// </summary>
/// <param name="folder">The folder, which this process has for itself.</param>
/// <param name="disk">What is done to it.</param>
internal sealed class ParameterFiles(string folder, IStorageFiles disk)
{
    private const string Ending = ".safetensors";
    private const int IdLength = 64;
    private const int UploadLength = 32;
    private const int Buffer = 128 * 1024;

    /// <summary>What is on its way in or out.</summary>
    private readonly string _incoming = Path.Combine(folder, "incoming");

    /// <summary>What is there, in folders by the first two digits: none should have too many files.</summary>
    private readonly string _kept = Path.Combine(folder, "parameters");

    /// <summary>A file on the disk, as an upload needs it.</summary>
    public static Stream Create(string path) =>
        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = Buffer,
            Options = FileOptions.SequentialScan,
        });

    /// <summary>Whether a file in "incoming" is called as what is being written there.</summary>
    public static bool IsNameOfUpload(string name) => name.Length == UploadLength && name.All(char.IsAsciiHexDigitLower);

    public void MakeFolders()
    {
        disk.MakeFolder(_incoming);
        disk.MakeFolder(_kept);
    }

    /// <summary>A new file of the folder's own, which takes no room of networks.</summary>
    /// <inheritdoc cref="Receive(Action{long, long})"/>
    public IncomingFile Receive() => Receive(static (_, _) => { });

    /// <summary>A new file for what comes in, which is gone when it is disposed of, unless it was kept.</summary>
    /// <param name="room">Gives it room, see <see cref="IncomingFile"/>.</param>
    public IncomingFile Receive(Action<long, long> room)
    {
        RefuseLink(_incoming);
        disk.MakeFolder(_incoming);
        var path = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        return new IncomingFile(path, disk, room);
    }

    /// <summary>Puts down a file that is whole and on the disk as that of a network that is to be entered.</summary>
    public void Announce(IncomingFile file, string id)
    {
        MakeParent(id);
        file.MoveTo(OnItsWay(id));
        disk.FlushFolder(_incoming);
    }

    /// <summary>Puts down the file of a network that is to be deleted.</summary>
    public void Withdraw(string id)
    {
        var path = PathOf(id);
        if (File.Exists(path))
        {
            RefuseLink(Path.GetDirectoryName(path)!);
            disk.Move(path, OnItsWay(id));
            disk.FlushFolder(_incoming);
            disk.FlushFolder(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Brings what was put down to where it belongs.</summary>
    /// <param name="id">The network.</param>
    /// <param name="isThere">Whether the database has it.</param>
    public void Settle(string id, bool isThere)
    {
        var path = OnItsWay(id);
        if (!File.Exists(path))
        {
            return;
        }

        if (isThere)
        {
            MakeParent(id);
            disk.Move(path, PathOf(id));
        }
        else
        {
            disk.Delete(path);
        }
    }

    /// <summary>A network's file, to be read; null where it is not there.</summary>
    public FileStream? Open(string id) => disk.Read(PathOf(id)) ?? disk.Read(OnItsWay(id)) ?? disk.Read(PathOf(id));

    /// <summary>Whether a network's file is there and says these numbers, bit for bit.</summary>
    public bool Holds(string id, IReadOnlyList<ArrayContent> numbers)
    {
        using var file = Open(id);
        if (file is null)
        {
            return false;
        }

        using var comparison = new ComparedStream(file);
        SafetensorsWriter.Write(comparison, numbers);
        return comparison.IsSame;
    }

    /// <summary>The ids that files in their places have.</summary>
    public HashSet<string> Ids() => Directory.Exists(_kept)
        ? [.. new DirectoryInfo(_kept).EnumerateDirectories().Where(part => part.LinkTarget is null).SelectMany(part => disk.FilesIn(part.FullName))
            .Select(IdOf).OfType<string>()]
        : [];

    /// <summary>The ids that whole files have which are not in their places.</summary>
    public HashSet<string> IdsOnTheirWay() => [.. disk.FilesIn(_incoming).Select(IdOf).OfType<string>()];

    /// <summary>
    /// Ends what was on its way when the process ended: what was not whole is removed, and what was goes where the database says. Files of
    /// other names, and links, are somebody else's.
    /// </summary>
    /// <param name="isThere">Whether the database has a network.</param>
    /// <returns>How many files were removed.</returns>
    public int EndUnfinished(Func<string, bool> isThere)
    {
        var removed = 0;
        foreach (var path in disk.FilesIn(_incoming))
        {
            if (IdOf(path) is { } id)
            {
                var has = isThere(id);
                Settle(id, has);
                removed += has ? 0 : 1;
            }
            else if (IsNameOfUpload(Path.GetFileName(path)))
            {
                disk.Delete(path);
                removed++;
            }
        }

        return removed;
    }

    private void MakeParent(string id)
    {
        var parent = Path.GetDirectoryName(PathOf(id))!;
        RefuseLink(parent);
        if (!Directory.Exists(parent))
        {
            disk.MakeFolder(parent);
            disk.FlushFolder(_kept);
        }
    }

    private static void RefuseLink(string path)
    {
        if (new DirectoryInfo(path).LinkTarget is not null)
        {
            throw new StorageUnavailableException(
                "A part of the folder of stored networks is a link to elsewhere, where the service neither writes nor deletes. Whoever runs it can put the "
                    + "folder itself in its place.", StorageUnavailableException.Foreign);
        }
    }

    private string PathOf(string id) => Path.Combine(_kept, id[..2], id + Ending);

    private string OnItsWay(string id) => Path.Combine(_incoming, id + Ending);

    private static string? IdOf(string path) =>
        path.EndsWith(Ending, StringComparison.Ordinal) && Path.GetFileNameWithoutExtension(path) is { Length: IdLength } id
            && id.All(char.IsAsciiHexDigitLower) ? id : null;
}
