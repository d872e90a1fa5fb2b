using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using GradService.Api.Observability;
using Microsoft.Extensions.Options;

namespace GradService.Api.Admission;

/// <summary>
/// A fixed number of long-lived threads that compute, and a bounded queue before them. Native state such as dispose scopes belongs to
/// a thread, so a computation never leaves the one it began on; and libtorch's allocator keeps an arena for each, so they are few.
/// </summary>
internal sealed class ComputeQueue : IDisposable
{
    private readonly BlockingCollection<Place> _places = [];
    private readonly Thread[] _threads;
    private readonly ComputeOptions _options;
    private readonly ServiceMetrics _metrics;
    private int _waiting;

    public ComputeQueue(IOptions<ComputeOptions> options, ServiceMetrics metrics)
    {
        _options = options.Value;
        _metrics = metrics;
        _threads = [.. Enumerable.Range(0, _options.ComputeThreads).Select(number =>
            new Thread(Work) { IsBackground = true, Name = $"compute {number}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Requests that wait for a thread; who has given up is not among them.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Runs the work on a compute thread, in order of arrival.</summary>
    /// <exception cref="QueueFullException">As many as may wait are waiting.</exception>
    /// <exception cref="DeadlineExceededException">The deadline passed; the work was told to stop.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken aborted)
    {
        if (Interlocked.Increment(ref _waiting) > _options.QueueLength)
        {
            Interlocked.Decrement(ref _waiting);
            throw new QueueFullException($"{_options.QueueLength} requests are waiting for a thread (limit QueueLength). Try again in a moment.");
        }

        using var computation = new Computation<T>(_metrics, work);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        deadline.CancelAfter(TimeSpan.FromSeconds(_options.DeadlineSeconds));
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = deadline.Token;
        var place = new Place(() => Complete(done, computation.Run, token));
        _places.Add(place, CancellationToken.None);

        // Who waits too long for a thread, or goes away, leaves the place at once, though no thread is free to see it.
        await using var impatience = token.Register(() =>
        {
            if (Take(place) is not null)
            {
                done.SetCanceled(token);
            }
        });

        try
        {
            return await done.Task;
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new DeadlineExceededException($"No answer was ready within {_options.DeadlineSeconds} seconds (limit DeadlineSeconds), and the computation was stopped. "
                + "Send fewer samples, select fewer outputs, or ask for a kind that takes fewer passes.");
        }
    }

    public void Dispose()
    {
        _places.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _places.Dispose();
    }

    private void Work()
    {
        foreach (var place in _places.GetConsumingEnumerable())
        {
            Serve(place);
        }
    }

    /// <summary>Apart from the loop: what a request left on the stack would else stay in memory while the thread waits for the next.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Serve(Place place) => Take(place)?.Invoke();

    /// <summary>The work of a place, for the one who is first to take it: a thread, or the request that has given up.</summary>
    private Action? Take(Place place)
    {
        var work = place.Leave();
        if (work is not null)
        {
            Interlocked.Decrement(ref _waiting);
        }

        return work;
    }

    /// <summary>Whatever the work throws belongs to its caller, not to the thread.</summary>
    private static void Complete<T>(TaskCompletionSource<T> done, Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            done.SetResult(work(cancellation));
        }
        catch (OperationCanceledException)
        {
            done.SetCanceled(cancellation);
        }
#pragma warning disable CA1031 // it is handed on
        catch (Exception failure)
#pragma warning restore CA1031
        {
            done.SetException(failure);
        }
    }
}

/// <summary>A place in the queue. Once left it holds nothing of the request.</summary>
internal sealed class Place(Action work)
{
    private Action? _work = work;

    public Action? Leave() => Interlocked.Exchange(ref _work, null);
}

internal sealed class QueueFullException(string message) : Exception(message);

internal sealed class DeadlineExceededException(string message) : Exception(message);
