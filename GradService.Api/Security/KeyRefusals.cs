using System.Diagnostics.Metrics;
using GradService.Api.Observability;

namespace GradService.Api.Security;

/// <summary>How many requests came without a key, or with a wrong one: counted, and not written to the log one by one.</summary>
internal sealed class KeyRefusals
{
    private long _count;

    public KeyRefusals(IMeterFactory meters) =>
        meters.Create(ServiceMetrics.MeterName).CreateObservableCounter("gradservice.keys.refused", () => Volatile.Read(ref _count), "{request}", "Requests without a key, or with a wrong one.");

    public void Add() => Interlocked.Increment(ref _count);
}
