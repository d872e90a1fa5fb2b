using GradService.Api.Admission;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api;

/// <summary>Keeps the only compute thread of a service busy until released.</summary>
internal sealed class HeldThread : IDisposable
{
    private readonly ComputeQueue _queue;
    private readonly ManualResetEventSlim _released = new();

    public HeldThread(GradApplication application)
    {
        _queue = application.Services.GetRequiredService<ComputeQueue>();
        using var started = new ManualResetEventSlim();
        _ = _queue.RunAsync(_ =>
        {
            started.Set();
            _released.Wait(CancellationToken.None);
            return 0;
        }, CancellationToken.None);
        started.Wait();
    }

    public int Waiting => _queue.Waiting;

    public void Release() => _released.Set();

    public void Dispose() => Release();
}
