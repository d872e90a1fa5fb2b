using System.Text;

namespace GradService.Api.Storage;

/// <summary>Whose a folder is: the service writes and deletes only in one that bears its mark, or was empty, or has its database.</summary>
internal static class FolderMark
{
    public const string FileName = "gradservice-folder";

    /// <summary>What the root of a disk of its own has.</summary>
    private const string OfTheSystem = "lost+found";

    /// <exception cref="StorageUnavailableException">It is somebody else's, or something of it is a link to elsewhere.</exception>
    public static void Check(string folder)
    {
        var entries = new DirectoryInfo(folder).GetFileSystemInfos();
        if (entries.FirstOrDefault(entry => IsOurs(entry.Name) && entry.LinkTarget is not null) is { } link)
        {
            throw new StorageUnavailableException(
                $"Stored networks cannot be reached, as '{link.Name}' in their folder is a link: the service writes and deletes in a folder of its own and "
                    + "nowhere else. Whoever runs it can point Storage:Folder to the place itself.", StorageUnavailableException.Foreign);
        }

        if (!entries.Any(entry => entry.Name is FileName or DataFolder.DatabaseName) && entries.Any(entry => !IsOfABeginning(entry)))
        {
            throw Foreign();
        }
    }

    public static StorageUnavailableException Foreign() =>
        new("Networks cannot be stored: their folder is not empty, and neither its mark nor its database says that it is this service's. Nothing in it was "
            + "touched. Whoever runs the service can name another one, or an empty one, in Storage:Folder.", StorageUnavailableException.Foreign);

    /// <summary>What a new mark says.</summary>
    public static byte[] New() => Encoding.UTF8.GetBytes($"GradService stores networks in this folder, and deletes files in it.\n{Guid.NewGuid():N}\n");

    private static bool IsOurs(string name) =>
        name is FileName or "lock" or "incoming" or "parameters" or "reserve" || name.StartsWith(DataFolder.DatabaseName, StringComparison.Ordinal);

    /// <summary>What a start that was broken off may have left before it came to the mark.</summary>
    private static bool IsOfABeginning(FileSystemInfo entry) => entry.Name == OfTheSystem
        || entry is FileInfo { Name: "lock", Length: 0 }
        || (entry is DirectoryInfo { Name: "incoming" } incoming
            && incoming.EnumerateFileSystemInfos().All(inside => inside is FileInfo && ParameterFiles.IsNameOfUpload(inside.Name)));
}
