using GradService.Api.Serving.Refusals;

namespace GradService.Api.Hosting.Connections;

/// <summary>
/// The end of the service. Once it is told to stop, requests under way go on to their answers and new ones are refused; only when the last
/// has ended, or the time for that is over, does the server close its doors.
/// </summary>
internal sealed class GracefulStop(IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;
    private bool _stopping;

    /// <summary>Whether the service has been told to stop.</summary>
    public bool IsStopping => Volatile.Read(ref _stopping) || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Lets a request in, if it is not too late, and sees it to its end.</summary>
    /// <exception cref="StoppingException">The service has been told to stop.</exception>
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AnswersToTheEnd>() is not null)
        {
            await next(context);
            return;
        }

        Enter();
        try
        {
            await next(context);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Comes before the server is stopped, and holds it up.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _stopping = true;
            EndIfLast();
        }

        // Beyond the time that there is, the rest is broken off.
        await Task.WhenAny(_ended.Task, Task.Delay(Timeout.Infinite, cancellationToken));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Enter()
    {
        lock (_gate)
        {
            if (IsStopping)
            {
                throw new StoppingException(
                    "The service has been told to stop and takes no new requests. Try again in a moment, when another one has taken its place.");
            }

            _underWay++;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _underWay--;
            EndIfLast();
        }
    }

    private void EndIfLast()
    {
        if (_stopping && _underWay == 0)
        {
            _ended.TrySetResult();
        }
    }
}

/// <summary>On an endpoint: it answers also while the service is stopping.</summary>
internal sealed class AnswersToTheEnd;

/// <summary>The service has been told to stop.</summary>
internal sealed class StoppingException(string message) : RefusedForNowException(StatusCodes.Status503ServiceUnavailable, "The service is stopping.", message);
