using System.Diagnostics;
using GradService.Domain.Budget;
using GradService.Domain.Faults;

namespace GradService.Api.Serving.Measurement;

/// <summary>Work on its way through the queue, measured. Disposing of it says that nobody waits for it any more.</summary>
internal sealed class Computation<T> : IDisposable
{
    private readonly ComputeMetrics _metrics;
    private readonly Quote<T> _work;
    private readonly IProgress<Progress>? _watcher;
    private readonly ActivityContext _request = Activity.Current?.Context ?? default;
    private readonly Activity? _queue = Stages.Start("queue");
    private readonly long _enqueued = Stopwatch.GetTimestamp();
    private int _left;

    public Computation(ComputeMetrics metrics, Quote<T> work, IProgress<Progress>? watcher)
    {
        (_metrics, _work, _watcher) = (metrics, work, watcher);
        metrics.Enqueued();
    }

    /// <summary>Does the work, on the thread that calls.</summary>
    public T Run(CancellationToken cancellation)
    {
        Leave();
        _metrics.Began(Stopwatch.GetElapsedTime(_enqueued), _work.Cost);
        using var stage = Stages.Start("compute", _request);
        var (began, outcome) = (Stopwatch.GetTimestamp(), "failed");
        try
        {
            var answer = _work.Compute(cancellation, _watcher);
            outcome = "answered";
            _metrics.Answered(answer);
            return answer;
        }
        catch (FaultException)
        {
            outcome = "refused";
            throw;
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            _metrics.Ended(Stopwatch.GetElapsedTime(began), outcome);
            stage?.SetTag("outcome", outcome);
        }
    }

    public void Dispose() => Leave();

    private void Leave()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            _metrics.Dequeued();
            _queue?.Dispose();
        }
    }
}
