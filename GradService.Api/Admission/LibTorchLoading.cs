using GradService.Domain;
using GradService.Domain.Native;
using Microsoft.Extensions.Options;

namespace GradService.Api.Admission;

/// <summary>
/// Loads libtorch once the service has been listening for a moment. While it is mapped and relocated nothing else can be loaded, which
/// would hold up the start and those who are there first; most of them do without it. Who needs it earlier loads it, and what goes wrong
/// readiness tells.
/// </summary>
internal sealed class LibTorchLoading(IHostApplicationLifetime lifetime, IOptions<EngineOptions> engine) : BackgroundService
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!engine.Value.LoadAtStart)
        {
            return;
        }

        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
        await listening.Task.WaitAsync(stoppingToken);
        await Task.Delay(Moment, stoppingToken);
        _ = LibTorch.Failure;
    }
}
