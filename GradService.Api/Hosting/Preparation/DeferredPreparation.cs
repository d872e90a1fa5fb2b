namespace GradService.Api.Hosting.Preparation;

/// <summary>
/// Gets something ready that most first requests do without, once the service has been listening for a moment: loading native libraries
/// holds up the start and those who are there first. Who needs it earlier makes it ready, and who needs it later is told what went wrong.
/// </summary>
internal abstract partial class DeferredPreparation(IHostApplicationLifetime lifetime, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>Called once at most, on a thread of its own.</summary>
    protected abstract void Prepare();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
        await listening.Task.WaitAsync(stoppingToken);
        await Task.Delay(Moment, stoppingToken);
        try
        {
            Prepare();
        }
#pragma warning disable CA1031 // it would end the service, which can do without
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Unprepared(logger, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Something could not be made ready ahead of the first request that needs it.")]
    private static partial void Unprepared(ILogger logger, Exception failure);
}
