namespace GradService.Api.Storage;

/// <summary>Who may ask the database, which another process may hold.</summary>
internal sealed class DatabaseGate
{
    private bool _isLocked;
    private int _looking;

    /// <summary>Whether another process held it when it was last asked.</summary>
    public bool IsLocked
    {
        get => Volatile.Read(ref _isLocked);
        set => Volatile.Write(ref _isLocked, value);
    }

    /// <summary>
    /// Asks the database. While another process holds it one caller at a time looks whether it still does, and all others are told at once:
    /// each would else wait on a thread of its own.
    /// </summary>
    public T UnlessLocked<T>(Func<T> work)
    {
        if (!IsLocked)
        {
            return work();
        }

        if (Interlocked.Exchange(ref _looking, 1) != 0)
        {
            throw StorageFailures.LockedByAnother(null);
        }

        try
        {
            var done = work();
            IsLocked = false;
            return done;
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }
}
