using System.Diagnostics.Metrics;
using GradService.Api.Serving.Measurement;
using GradService.Domain.Native;

namespace GradService.Api.Hosting.Observability;

/// <summary>What the process takes; of HTTP, connections and the runtime .NET has counts of its own.</summary>
internal sealed class ProcessMetrics : IMeasured
{
    public void Measure(Meter meter)
    {
        meter.CreateObservableGauge("gradservice.tensors", () => LibTorch.TensorsAlive, "{tensor}", "Tensors that have not been disposed of.");
        meter.CreateObservableGauge("gradservice.native.memory", NativeMemory, "By",
            "Resident memory beyond the managed heap: libtorch's code, tensors, and what the allocator keeps.");
    }

    // Not what is committed: pages that the collector keeps for later are not resident once the system has had them back.
    private static long NativeMemory() => Math.Max(0, Environment.WorkingSet - GC.GetGCMemoryInfo().HeapSizeBytes);
}
