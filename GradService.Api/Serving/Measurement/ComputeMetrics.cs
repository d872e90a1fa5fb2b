using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Queue;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;

namespace GradService.Api.Serving.Measurement;

/// <summary>What is counted of the computing of requests. No label has more values than the code names.</summary>
internal sealed class ComputeMetrics
{
    /// <summary>From a request that waits for nobody to the default deadline, seconds.</summary>
    private static readonly double[] Seconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private const double NanosecondsPerSecond = 1e9;

    private readonly Meter _meter;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _compute;
    private readonly Counter<double> _pricedWork;
    private readonly Counter<long> _pricedNative;
    private readonly Counter<long> _pricedResults;
    private readonly Counter<long> _passes;
    private readonly Counter<long> _findings;
    private int _waiting;
    private int _computing;

    public ComputeMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(ServiceMeter.Name);
        var buckets = new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds };
        _wait = meter.CreateHistogram("gradservice.queue.wait", "s", "How long a request waited for the compute thread that it got.", advice: buckets);
        _compute = meter.CreateHistogram("gradservice.compute.duration", "s", "How long a compute thread worked for a request.", advice: buckets);
        _pricedWork = meter.CreateCounter<double>("gradservice.priced.work", "s", "How long a usual core works for what has been begun, as estimated.");
        _pricedNative = meter.CreateCounter<long>("gradservice.priced.native", "By", "Bytes of the tensors of what has been begun, as estimated.");
        _pricedResults = meter.CreateCounter<long>("gradservice.priced.results", "By", "Bytes of the answers' arrays of what has been begun, as estimated.");
        _passes = meter.CreateCounter<long>("gradservice.passes", "{pass}", "Sweeps that made answers.");
        _findings = meter.CreateCounter<long>("gradservice.findings", "{finding}", "Findings in answers.");
        meter.CreateObservableGauge("gradservice.queue.length", () => Volatile.Read(ref _waiting), "{request}", "Requests that wait for a compute thread.");
        meter.CreateObservableGauge("gradservice.computing", () => Volatile.Read(ref _computing), "{request}", "Requests that are being computed.");
    }

    /// <summary>Shows what is reserved for tensors.</summary>
    public void Observe(WaitingLine line) =>
        _meter.CreateObservableGauge("gradservice.native.reserved", () => line.Reserved, "By", "Bytes reserved for the tensors of what is being computed.");

    /// <summary>Shows threads that do not come back.</summary>
    public void Observe(ComputeQueue queue)
    {
        _meter.CreateObservableGauge("gradservice.threads.stuck", () => queue.Stuck, "{thread}",
            "Compute threads that have not come back from an operation that was told to stop. While there is one, the service is not ready.");
        _meter.CreateObservableCounter("gradservice.threads.replaced", () => queue.Replaced, "{thread}",
            "Compute threads that were replaced, as they did not come back.");
    }

    /// <summary>Shows what requests hold outside of tensors.</summary>
    public void Observe(BufferBudget buffers) =>
        _meter.CreateObservableGauge("gradservice.buffered", () => buffers.Held, "By", "Bytes that requests hold outside of tensors: bodies, arrays, answers.");

    public void Enqueued() => Interlocked.Increment(ref _waiting);

    public void Dequeued() => Interlocked.Decrement(ref _waiting);

    public void Began(TimeSpan waited, Cost price)
    {
        Interlocked.Increment(ref _computing);
        _wait.Record(waited.TotalSeconds);
        _pricedWork.Add(price.Work / NanosecondsPerSecond);
        _pricedNative.Add(price.NativeBytes);
        _pricedResults.Add(price.ResultBytes);
    }

    public void Ended(TimeSpan worked, string outcome)
    {
        Interlocked.Decrement(ref _computing);
        _compute.Record(worked.TotalSeconds, new TagList { { "outcome", outcome } });
    }

    /// <summary>What an answer says of how it was found and what it means.</summary>
    public void Answered(object? answer)
    {
        if (answer is not IDiagnosed diagnosed)
        {
            return;
        }

        foreach (var report in diagnosed.Reports)
        {
            _passes.Add(report.Passes, new TagList { { "engine", report.Engine.Name } });
        }

        foreach (var finding in diagnosed.Findings)
        {
            _findings.Add(1, new TagList { { "code", finding.Code }, { "severity", JsonNamingPolicy.CamelCase.ConvertName(finding.Severity.ToString()) } });
        }
    }
}

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
