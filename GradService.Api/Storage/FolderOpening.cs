namespace GradService.Api.Storage;

/// <summary>
/// Opens a folder on a thread of its own, one attempt at a time for all who ask, so that nobody's thread waits for a disk or a lock. An
/// attempt that failed is not remembered: the next who asks begins another one.
/// </summary>
internal sealed class FolderOpening(Func<DataFolder> open) : IDisposable
{
    private readonly Lock _gate = new();
    private DataFolder? _folder;
    private Task<DataFolder>? _attempt;
    private bool _closed;

    /// <summary>The folder; null until it is open.</summary>
    public DataFolder? Folder => Volatile.Read(ref _folder);

    /// <summary>The folder when it is open, by an attempt that is under way or begins now.</summary>
    public Task<DataFolder> Begin()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _folder is { } folder
                ? Task.FromResult(folder)
                : _attempt ??= Task.Factory.StartNew(Attempt, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Closes a folder, to open it anew, unless that is done already.</summary>
    public void Close(DataFolder folder)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_folder, folder))
            {
                folder.Dispose();
                Volatile.Write(ref _folder, null);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _folder?.Dispose();
            _folder = null;
        }
    }

    private DataFolder Attempt()
    {
        try
        {
            var folder = open();
            lock (_gate)
            {
                if (_closed)
                {
                    folder.Dispose();
                    throw new StorageOpeningException();
                }

                Volatile.Write(ref _folder, folder);
                return folder;
            }
        }
        finally
        {
            lock (_gate)
            {
                _attempt = null;
            }
        }
    }
}
