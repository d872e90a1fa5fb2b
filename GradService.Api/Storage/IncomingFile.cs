namespace GradService.Api.Storage;

/// <summary>A file that is being written. It is gone when this is disposed of, unless it has been given its place; until then it takes room.</summary>
/// <param name="path">Where it is.</param>
/// <param name="disk">What is done to it.</param>
/// <param name="room">Told how much room it took and how much it takes instead; throws where there is no more.</param>
internal sealed class IncomingFile(string path, IStorageFiles disk, Action<long, long> room) : IDisposable
{
    private bool _moved;
    private long _reserved;

    public Stream Content { get; } = disk.Create(path);

    /// <summary>Takes room for more bytes, before they are written.</summary>
    /// <exception cref="StorageFullException">There is none.</exception>
    public void Reserve(long bytes) => ReserveAll(_reserved + bytes);

    /// <summary>Takes so much room, whatever it took before.</summary>
    /// <inheritdoc cref="Reserve"/>
    public void ReserveAll(long bytes)
    {
        room(_reserved, bytes);
        _reserved = bytes;
    }

    /// <summary>Brings all that was written to the disk, and closes the file.</summary>
    public void Finish()
    {
        disk.FlushFile(Content);
        Content.Dispose();
    }

    public void MoveTo(string target)
    {
        disk.Move(path, target);
        _moved = true;
    }

    public void Dispose()
    {
        try
        {
            Close();
        }
        finally
        {
            ReserveAll(0);
        }
    }

    private void Close()
    {
        if (_moved)
        {
            Content.Dispose();
            return;
        }

        Try(Content.Dispose);
        Try(() => disk.Delete(path));
    }

    /// <summary>What is thrown away need not be whole; and where it cannot be removed, the next start does that.</summary>
    private static void Try(Action end)
    {
        try
        {
            end();
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is not null)
        {
            return;
        }
    }
}
