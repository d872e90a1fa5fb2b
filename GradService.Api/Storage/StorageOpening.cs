namespace GradService.Api.Storage;

/// <summary>
/// Opens the store as soon as the service listens: the database gets its newest form, and what an ended process left unfinished is
/// removed, before somebody asks. Where it cannot be opened the service runs without; the store has logged why.
/// </summary>
internal sealed class StorageOpening(NetworkStore store, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(() => listening.TrySetResult());
        await using var stopped = stoppingToken.Register(() => listening.TrySetCanceled(stoppingToken));
        await listening.Task;
        try
        {
            store.Open();
        }
        catch (Exception failure) when (failure is StorageUnavailableException or StorageFullException)
        {
            // Whoever needs it tries again.
            return;
        }
    }
}
