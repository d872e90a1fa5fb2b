namespace GradService.Api.Storage;

/// <summary>The disk itself.</summary>
internal sealed class StorageFiles : IStorageFiles
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int Buffer = 128 * 1024;

    public void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnersAlone);
        }
    }

    public FileStream? Own(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (StorageFailures.IsHeldByAnother(taken))
        {
            throw new StorageUnavailableException(
                "Stored networks cannot be reached, as another process has their folder. Networks that are described in the request are computed as ever.",
                StorageUnavailableException.InUse, taken);
        }
        catch (IOException failure) when (StorageFailures.IsReadOnly(failure))
        {
            return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None) : null;
        }
    }

    public Stream Create(string path) => ParameterFiles.Create(path);

    public void FlushFile(Stream file)
    {
        if (file is FileStream onDisk)
        {
            onDisk.Flush(flushToDisk: true);
        }
    }

    public void FlushFolder(string path) => DirectorySync.Flush(path);

    public void Move(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public FileStream? Read(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = Buffer,
                Options = FileOptions.SequentialScan,
            });
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public IReadOnlyList<string> FilesIn(string folder) =>
        Directory.Exists(folder) ? [.. new DirectoryInfo(folder).EnumerateFiles().Where(file => file.LinkTarget is null).Select(file => file.FullName)] : [];
}
