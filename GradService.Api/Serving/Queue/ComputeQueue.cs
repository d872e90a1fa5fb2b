using System.Diagnostics;
using System.Runtime.CompilerServices;
using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Measurement;
using GradService.Api.Serving.Refusals;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using Microsoft.Extensions.Options;

namespace GradService.Api.Serving.Queue;

/// <summary>
/// A fixed number of long-lived threads that compute, and a line before them. Native state such as dispose scopes belongs to a thread, so
/// a computation never leaves the one it began on; and libtorch's allocator keeps an arena for each, so they are few. A caller has an answer
/// at the deadline, whatever the thread does; a thread that does not come back long after that is replaced.
/// </summary>
internal sealed partial class ComputeQueue : IDisposable
{
    /// <summary>How long the end of the service waits for threads: what they do by then nobody is waiting for.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly WaitingLine _line;
    private readonly List<Thread> _threads = [];
    private readonly int _most;
    private readonly TimeSpan _stuckAfter;
    private readonly ComputeMetrics _metrics;
    private readonly ILogger<ComputeQueue> _logger;
    private readonly Lock _gate = new();
    private int _stuck;
    private long _replaced;
    private bool _closed;

    public ComputeQueue(IOptions<ComputeOptions> options, ComputeMetrics metrics, ILogger<ComputeQueue> logger)
    {
        var compute = options.Value;
        _line = new WaitingLine(compute.ComputeThreads, compute.QueueLength, compute.MaxTotalNativeBytes);
        _most = compute.ComputeThreads;
        _stuckAfter = TimeSpan.FromSeconds(compute.StuckSeconds);
        (_metrics, _logger) = (metrics, logger);
        metrics.Observe(_line);
        metrics.Observe(this);
        lock (_gate)
        {
            for (var number = 0; number < compute.ComputeThreads; number++)
            {
                StartThread();
            }
        }
    }

    /// <summary>Requests that wait for a thread; who has given up is not among them.</summary>
    public int Waiting => _line.Waiting;

    /// <summary>Threads that do not come back from what they were told to stop.</summary>
    public int Stuck => Volatile.Read(ref _stuck);

    /// <summary>Threads that have been replaced so far, as they did not come back.</summary>
    public long Replaced => Interlocked.Read(ref _replaced);

    /// <summary>Why nothing should be sent here; null if all is well.</summary>
    public string? Failure => Stuck is > 0 and var stuck
        ? $"{stuck} of {_most} compute threads {(stuck == 1 ? "has" : "have")} not come back from an operation that was told to stop more than "
            + $"{_stuckAfter.TotalSeconds} seconds ago (limit StuckSeconds). If that does not end, restart the service."
        : null;

    /// <summary>Before a body is read for nothing.</summary>
    /// <exception cref="QueueFullException">As many as may wait are waiting.</exception>
    public void RefuseIfFull() => _line.RefuseIfFull();

    /// <summary>Computes on a compute thread, when it is the work's turn, for a request or for whoever else asks.</summary>
    /// <param name="quote">What to compute; it is disposed of when that is over, which may be after the caller has an answer.</param>
    /// <param name="deadline">How long the caller will wait; null: without end.</param>
    /// <param name="aborted">The caller went away.</param>
    /// <param name="held">What the caller holds of the bytes for all; the answer's are added, and kept at least until the work is over.</param>
    /// <param name="watcher">Told, on the compute thread, how far the work is.</param>
    /// <exception cref="QueueFullException">As many as may wait are waiting.</exception>
    /// <exception cref="BuffersFullException">There is no memory for the answer.</exception>
    /// <exception cref="FaultException">It takes more memory than there is for all, or has no answer.</exception>
    /// <exception cref="DeadlineExceededException">The deadline passed; the work was told to stop.</exception>
    /// <exception cref="OperationCanceledException">The caller went away; the work was told to stop.</exception>
    public async Task<T> RunAsync<T>(
        Quote<T> quote, Deadline? deadline, CancellationToken aborted, BufferedBytes? held = null, IProgress<Progress>? watcher = null)
    {
        using var computation = new Computation<T>(_metrics, quote, watcher);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        stop.CancelAfter(deadline?.Left ?? Timeout.InfiniteTimeSpan);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = stop.Token;
        var place = new Place(quote.Cost, () => Complete(done, computation.Run, token), held is null ? [quote] : [quote, held.Keep()]);
        try
        {
            held?.Add(quote.Cost.ResultBytes);
            _line.Enter(place);
        }
        catch
        {
            place.Dispose();
            throw;
        }

        // Who waits too long, or goes away, has an answer at once: no thread need be free to see it, and none need come back from where it is.
        await using var impatience = token.Register(() =>
        {
            if (_line.GiveUp(place))
            {
                place.Leave();
                place.Dispose();
            }
            else
            {
                _ = ReplaceIfStuckAsync(place);
            }

            done.TrySetCanceled(token);
        });

        try
        {
            return await done.Task;
        }
        catch (OperationCanceledException) when (deadline is not null && !aborted.IsCancellationRequested)
        {
            throw new DeadlineExceededException(
                $"No answer was ready within {deadline.Longest.TotalSeconds} seconds ({deadline.SetBy}), and the computation was stopped. "
                + "Send fewer samples, select fewer outputs, or ask for a kind that takes fewer passes.");
        }
    }

    /// <summary>Ends the threads. One that does not come back is left to the end of the process.</summary>
    public void Dispose()
    {
        _line.Close();
        Thread[] threads;
        lock (_gate)
        {
            _closed = true;
            threads = [.. _threads];
        }

        var began = Stopwatch.GetTimestamp();
        foreach (var thread in threads)
        {
            var left = Farewell - Stopwatch.GetElapsedTime(began);
            thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    private void StartThread()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = "compute" };
        _threads.Add(thread);
        thread.Start();
    }

    private void Work()
    {
        while (_line.Take() is { } place)
        {
            if (!Serve(place))
            {
                lock (_gate)
                {
                    _stuck--;
                    _threads.Remove(Thread.CurrentThread);
                }

                LogBack();
                return;
            }
        }
    }

    /// <summary>Apart from the loop: what a request left on the stack would else stay in memory while the thread waits for the next.</summary>
    /// <returns>Whether the thread is still wanted.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Serve(Place place)
    {
        var began = Stopwatch.GetTimestamp();
        var handOut = place.Leave()();
        place.Dispose();
        if (place.Cost.NativeBytes >= Allocator.WorthGivingBack)
        {
            Allocator.GiveBack();
        }

        var wanted = _line.End(place, Stopwatch.GetElapsedTime(began));

        // When the caller has the answer, the thread and the memory are free again.
        handOut();
        return wanted;
    }

    /// <summary>Waits for work that was told to stop to do so. A thread that does not come back is replaced.</summary>
    private async Task ReplaceIfStuckAsync(Place place)
    {
        do
        {
            await Task.Delay(_stuckAfter);
        }
        while (place.IsRunning && !TryReplace(place));
    }

    /// <summary>Not while as many are stuck as compute: each goes on taking a core.</summary>
    private bool TryReplace(Place place)
    {
        lock (_gate)
        {
            if (_closed || _stuck == _most || !_line.GiveUpThread(place))
            {
                return _closed;
            }

            _replaced++;
            _stuck++;
            StartThread();
        }

        LogStuck(_stuckAfter.TotalSeconds);
        return true;
    }

    /// <summary>Whatever the work throws belongs to its caller, not to the thread. Who has had an answer at the deadline gets no other.</summary>
    private static Action Complete<T>(TaskCompletionSource<T> done, Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            MachineMemory.RequireHeadroom();
            var answer = work(cancellation);
            return () => done.TrySetResult(answer);
        }
        catch (OperationCanceledException)
        {
            return () => done.TrySetCanceled(cancellation);
        }
#pragma warning disable CA1031 // it is handed on
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return () => done.TrySetException(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "A compute thread has not come back from an operation that was told to stop {Seconds} seconds ago; another has taken its place. "
            + "The service is not ready until it does.")]
    private partial void LogStuck(double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "A compute thread that was stuck has come back, and ends.")]
    private partial void LogBack();
}
