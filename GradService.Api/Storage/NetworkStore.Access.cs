namespace GradService.Api.Storage;

/// <content>How it gets at the folder: opened when it is needed, one change after another, and every failure told in terms of what a caller can do.</content>
internal sealed partial class NetworkStore
{
    private DataFolder Folder
    {
        get
        {
            if (_opening.Folder is { } folder)
            {
                return folder;
            }

            _ = _opening.Begin();
            throw new StorageOpeningException(OpenedAsync);
        }
    }

    /// <summary>The folder, opened if it was not; the caller's thread waits for that.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be used.</exception>
    public DataFolder Open() => _opening.Begin().GetAwaiter().GetResult();

    /// <summary>Waits, on no thread, until the folder is open.</summary>
    /// <param name="timeout">How long at most; null, or longer than a change waits for its turn: as long as that.</param>
    /// <param name="aborted">Nobody waits any more.</param>
    /// <exception cref="StorageUnavailableException">It cannot be used, or not in time.</exception>
    public async ValueTask OpenedAsync(TimeSpan? timeout, CancellationToken aborted)
    {
        var patience = timeout is { } shorter && shorter < Patience ? shorter : Patience;
        if (_opening.Folder is { } folder)
        {
            // What was read-only may not be so any more. Until it is so the folder stays open for those who read.
            if (folder.ReadOnlyBecause is null || !IsTimeToReopen() || !await CanBeWrittenAgainAsync(folder, patience, aborted))
            {
                return;
            }

            _opening.Close(folder);
        }

        try
        {
            await _opening.Begin().WaitAsync(patience, aborted);
        }
        catch (TimeoutException)
        {
            throw new StorageOpeningException(OpenedAsync);
        }
    }

    private T Ask<T>(Func<NetworkDatabase, T> question)
    {
        var folder = Folder;
        return _gate.UnlessLocked(() => Guarded(() =>
        {
            using var database = folder.Database();
            return question(database);
        }));
    }

    /// <summary>Changes something, when it is its turn.</summary>
    /// <param name="change">The change.</param>
    /// <param name="makesRoom">Whether there is more room afterwards: on a full disk it is given what was kept for it.</param>
    private async Task<T> ChangeAsync<T>(Func<DataFolder, NetworkDatabase, T> change, bool makesRoom = false)
    {
        await OpenedAsync(null, CancellationToken.None);
        if (!await _changing.WaitAsync(Patience))
        {
            throw new StorageUnavailableException(
                $"Others have stored and deleted for {Patience.TotalSeconds} seconds, and it was not this request's turn. Try again in a moment.",
                StorageUnavailableException.Failed);
        }

        try
        {
            return _gate.UnlessLocked(() => Guarded(() =>
            {
                var folder = Writable();
                try
                {
                    return Changed(folder, change);
                }
                catch (Exception failure) when (makesRoom && StorageFailures.Of(failure) is StorageFullException)
                {
                    if (!folder.Reserve.TryRelease())
                    {
                        throw StorageFailures.FullWithoutReserve(failure);
                    }

                    var changed = Changed(folder, change);
                    Refill(folder);
                    return changed;
                }
            }));
        }
        finally
        {
            _changing.Release();
        }
    }

    private static T Changed<T>(DataFolder folder, Func<DataFolder, NetworkDatabase, T> change)
    {
        using var database = folder.Database();
        var changed = change(folder, database);

        // What went to a folder that is no more is not there, though it went well.
        folder.CheckIsTheSame();
        return changed;
    }

    /// <summary>Looks whether a folder can be written again, on a thread of its own: a disk that hangs keeps nobody longer than he will wait.</summary>
    private static async Task<bool> CanBeWrittenAgainAsync(DataFolder folder, TimeSpan patience, CancellationToken aborted)
    {
        try
        {
            return await Task.Factory.StartNew(folder.CanBeWrittenAgain, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(patience, aborted);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private bool IsTimeToReopen()
    {
        var (now, last) = (_time.GetTimestamp(), Volatile.Read(ref _reopened));
        return (last == 0 || _time.GetElapsedTime(last, now) > BetweenOpenings) && Interlocked.CompareExchange(ref _reopened, now, last) == last;
    }

    private void Refill(DataFolder folder)
    {
        try
        {
            folder.Refill();
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is { } known)
        {
            _log.Failed(known);
        }
    }

    /// <summary>Runs some work on disk and database, and tells what fails in terms of what a caller can do.</summary>
    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return StorageFailures.Translated(work);
        }
        catch (Exception failure) when (failure is StorageUnavailableException or StorageFullException)
        {
            if (failure is StorageUnavailableException { Code: StorageUnavailableException.Locked })
            {
                _gate.IsLocked = true;
            }

            _log.Failed(failure);
            throw;
        }
    }

    private DataFolder OpenFolder()
    {
        try
        {
            var path = _options.FolderInUse
                ?? throw new StorageUnavailableException("Networks cannot be stored, as there is no folder for them (option Storage:Folder). Networks that are "
                    + "described in the request are computed as ever.");
            var folder = StorageFailures.Translated(() => DataFolder.Open(path, Disk, Interceptors));
            _log.Opened(folder);
            return folder;
        }
        catch (Exception failure) when (failure is StorageUnavailableException or StorageFullException)
        {
            _log.Failed(failure);
            throw;
        }
    }
}
