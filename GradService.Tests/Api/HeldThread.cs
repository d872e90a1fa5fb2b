using GradService.Api.Serving.Queue;
using GradService.Domain.Budget;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api;

/// <summary>Keeps a compute thread of a service busy, and bytes for tensors reserved, until released.</summary>
internal sealed class HeldThread : IDisposable
{
    private readonly ComputeQueue _queue;
    private readonly ManualResetEventSlim _released = new();

    public HeldThread(GradApplication application, long nativeBytes = 0)
    {
        _queue = application.Services.GetRequiredService<ComputeQueue>();
        using var started = new ManualResetEventSlim();
        _ = _queue.RunAsync(new Quote<int>(new Cost(nativeBytes, 0, 0), _ =>
        {
            started.Set();
            _released.Wait(CancellationToken.None);
            return 0;
        }), null, CancellationToken.None);
        started.Wait();
    }

    public int Waiting => _queue.Waiting;

    public void Release() => _released.Set();

    public void Dispose() => Release();
}
