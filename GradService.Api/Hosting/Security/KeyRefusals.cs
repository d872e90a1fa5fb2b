using System.Diagnostics.Metrics;
using GradService.Api.Serving.Measurement;

namespace GradService.Api.Hosting.Security;

/// <summary>How many requests came without a key, or with a wrong one: counted, and not written to the log one by one.</summary>
internal sealed class KeyRefusals : IMeasured
{
    private long _count;

    public void Measure(Meter meter) =>
        meter.CreateObservableCounter("gradservice.keys.refused", () => Volatile.Read(ref _count), "{request}", "Requests without a key, or with a wrong one.");

    public void Add() => Interlocked.Increment(ref _count);
}
