using System.Diagnostics.Metrics;
using GradService.Api.Serving.Measurement;
using GradService.Domain.Native;

namespace GradService.Api.Hosting.Observability;

/// <summary>What the process takes and transfers; of HTTP, connections and the runtime .NET has counts of its own.</summary>
internal sealed class ProcessMetrics
{
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;

    public ProcessMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(ServiceMeter.Name);
        _received = meter.CreateCounter<long>("gradservice.received", "By", "Bytes of request bodies that were read.");
        _sent = meter.CreateCounter<long>("gradservice.sent", "By", "Bytes of response bodies, as sent.");
        meter.CreateObservableGauge("gradservice.tensors", () => LibTorch.TensorsAlive, "{tensor}", "Tensors that have not been disposed of.");
        meter.CreateObservableGauge("gradservice.native.memory", NativeMemory, "By",
            "Resident memory beyond the managed heap: libtorch's code, tensors, and what the allocator keeps.");
    }

    public void Transferred(long received, long sent)
    {
        _received.Add(received);
        _sent.Add(sent);
    }

    private static long NativeMemory() => Math.Max(0, Environment.WorkingSet - GC.GetGCMemoryInfo().TotalCommittedBytes);
}
