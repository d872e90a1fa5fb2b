namespace GradService.Api.Serving.Bodies;

/// <summary>
/// Threads for what takes long to read, as many at once as there are cores. The server's own threads, which are few, stay free: with each of
/// them in a long text, a short request would wait until one comes back.
/// </summary>
internal sealed class LongReads : IDisposable
{
    /// <summary>Bytes that are read at once on any thread, in some milliseconds.</summary>
    private const long Short = 1 << 18;

    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);

    /// <param name="bytes">What is read.</param>
    /// <param name="read">Reads it, whatever the thread.</param>
    /// <param name="cancellation">Ends the wait for a turn.</param>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public async Task<T> ReadAsync<T>(long bytes, Func<T> read, CancellationToken cancellation)
    {
        if (bytes <= Short)
        {
            return read();
        }

        await _turns.WaitAsync(cancellation);
        try
        {
            return await Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();
}
