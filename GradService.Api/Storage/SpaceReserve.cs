namespace GradService.Api.Storage;

/// <summary>
/// Some room of the disk that is given up when there is no more: on a full disk the database could else write down nothing, not even that
/// a network is deleted, which is what makes room.
/// </summary>
internal sealed class SpaceReserve(string folder, ParameterFiles files, IStorageFiles disk)
{
    /// <summary>What the database needs to open and to write down some changes.</summary>
    public const int Bytes = 256 * 1024;

    /// <summary>On a disk that is almost full less is better than nothing.</summary>
    public const int FewestBytes = 32 * 1024;

    private readonly string _path = Path.Combine(folder, "reserve");

    /// <summary>Makes the reserve, unless it is there, as large as there is room for.</summary>
    public void Keep()
    {
        var kept = new FileInfo(_path) is { Exists: true } there ? there.Length : 0;
        for (var bytes = Bytes; bytes > kept && bytes >= FewestBytes; bytes /= 2)
        {
            if (TryMake(bytes))
            {
                return;
            }
        }
    }

    /// <summary>Gives it up; false where there is none, or the disk does not let it go.</summary>
    public bool TryRelease()
    {
        if (!File.Exists(_path))
        {
            return false;
        }

        try
        {
            disk.Delete(_path);
            return true;
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is not null)
        {
            return false;
        }
    }

    private bool TryMake(int bytes)
    {
        try
        {
            using var file = files.Receive();
            file.Content.Write(new byte[bytes]);
            file.Finish();
            file.MoveTo(_path);
            return true;
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is StorageFullException)
        {
            return false;
        }
    }
}
