namespace GradService.Api.Storage;

/// <summary>A file that is being written. It is gone when this is disposed of, unless it has been given its place; until then it takes room.</summary>
/// <param name="path">Where it is.</param>
/// <param name="content">What is written to it.</param>
/// <param name="room">Told how much room it took and how much it takes instead; throws where there is no more.</param>
internal sealed class IncomingFile(string path, Stream content, Action<long, long> room) : IDisposable
{
    private bool _moved;
    private long _reserved;

    public Stream Content { get; } = content;

    /// <summary>Takes room for more bytes, before they are written.</summary>
    /// <exception cref="StorageFullException">There is none.</exception>
    public void Reserve(long bytes)
    {
        room(_reserved, _reserved + bytes);
        _reserved += bytes;
    }

    /// <summary>Brings all that was written to the disk, and closes the file.</summary>
    public void Finish()
    {
        if (Content is FileStream file)
        {
            file.Flush(flushToDisk: true);
        }

        Content.Dispose();
    }

    public void MoveTo(string target)
    {
        File.Move(path, target, overwrite: true);
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
            room(_reserved, 0);
            _reserved = 0;
        }
    }

    private void Close()
    {
        try
        {
            Content.Dispose();
        }
        catch (IOException) when (!_moved)
        {
            // What a full disk did not take goes anyway, and whoever wrote it has been told.
        }
        finally
        {
            if (!_moved)
            {
                File.Delete(path);
            }
        }
    }
}
