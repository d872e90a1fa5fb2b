using System.Diagnostics;
using System.Runtime.CompilerServices;
using GradService.Api.Observability;
using GradService.Domain;
using Microsoft.Extensions.Options;

namespace GradService.Api.Admission;

/// <summary>
/// A fixed number of long-lived threads that compute, and a line before them. Native state such as dispose scopes belongs to a thread, so
/// a computation never leaves the one it began on; and libtorch's allocator keeps an arena for each, so they are few.
/// </summary>
internal sealed class ComputeQueue : IDisposable
{
    private readonly WaitingLine _line;
    private readonly Thread[] _threads;
    private readonly TimeSpan _longest;
    private readonly ServiceMetrics _metrics;

    public ComputeQueue(IOptions<ComputeOptions> options, ServiceMetrics metrics)
    {
        var compute = options.Value;
        _line = new WaitingLine(compute.ComputeThreads, compute.QueueLength, compute.MaxTotalNativeBytes);
        _longest = TimeSpan.FromSeconds(compute.DeadlineSeconds);
        _metrics = metrics;
        metrics.Observe(_line);
        _threads = [.. Enumerable.Range(0, compute.ComputeThreads).Select(number => new Thread(Work) { IsBackground = true, Name = $"compute {number}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Requests that wait for a thread; who has given up is not among them.</summary>
    public int Waiting => _line.Waiting;

    /// <summary>Before a body is read for nothing.</summary>
    /// <exception cref="QueueFullException">As many as may wait are waiting.</exception>
    public void RefuseIfFull() => _line.RefuseIfFull();

    /// <summary>Computes on a compute thread, when it is the request's turn.</summary>
    /// <param name="priced">What to compute.</param>
    /// <param name="timeout">How long the caller will wait; null: as long as the service allows.</param>
    /// <param name="aborted">The caller went away.</param>
    /// <exception cref="QueueFullException">As many as may wait are waiting.</exception>
    /// <exception cref="FaultException">It takes more memory than there is for all, or has no answer.</exception>
    /// <exception cref="DeadlineExceededException">The deadline passed; the work was told to stop.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<T> RunAsync<T>(Priced<T> priced, TimeSpan? timeout, CancellationToken aborted)
    {
        using var computation = new Computation<T>(_metrics, priced.Compute);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var ownTimeout = timeout < _longest;
        var longest = ownTimeout ? timeout!.Value : _longest;
        deadline.CancelAfter(longest);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = deadline.Token;
        var place = new Place(priced.Price, () => Complete(done, computation.Run, token));
        _line.Enter(place);

        // Who waits too long for a thread, or goes away, leaves the place at once, though no thread is free to see it.
        await using var impatience = token.Register(() =>
        {
            if (_line.GiveUp(place))
            {
                place.Leave();
                done.SetCanceled(token);
            }
        });

        try
        {
            return await done.Task;
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new DeadlineExceededException($"No answer was ready within {longest.TotalSeconds} seconds ({(ownTimeout ? $"header {RequestTimeout.Header}" : "limit DeadlineSeconds")}), and the computation was stopped. "
                + "Send fewer samples, select fewer outputs, or ask for a kind that takes fewer passes.");
        }
    }

    public void Dispose()
    {
        _line.Close();
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void Work()
    {
        while (_line.Take() is { } place)
        {
            Serve(place);
        }
    }

    /// <summary>Apart from the loop: what a request left on the stack would else stay in memory while the thread waits for the next.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Serve(Place place)
    {
        var began = Stopwatch.GetTimestamp();
        var handOut = place.Leave()();
        _line.End(place, Stopwatch.GetElapsedTime(began));

        // When the caller has the answer, the thread and the memory are free again.
        handOut();
    }

    /// <summary>Whatever the work throws belongs to its caller, not to the thread.</summary>
    private static Action Complete<T>(TaskCompletionSource<T> done, Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var answer = work(cancellation);
            return () => done.SetResult(answer);
        }
        catch (OperationCanceledException)
        {
            return () => done.SetCanceled(cancellation);
        }
#pragma warning disable CA1031 // it is handed on
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return () => done.SetException(failure);
        }
    }
}
