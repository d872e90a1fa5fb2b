namespace GradService.Api.Storage;

/// <summary>A file that is being written. It is gone when this is disposed of, unless it has been given its place.</summary>
internal sealed class IncomingFile(string path, Stream content) : IDisposable
{
    private bool _moved;

    public Stream Content { get; } = content;

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
            Content.Dispose();
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
