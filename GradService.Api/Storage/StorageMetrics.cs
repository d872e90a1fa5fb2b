using System.Diagnostics.Metrics;
using GradService.Api.Serving.Measurement;

namespace GradService.Api.Storage;

/// <summary>How much is stored.</summary>
internal sealed class StorageMetrics(NetworkStore networks) : IMeasured
{
    public void Measure(Meter meter)
    {
        meter.CreateObservableGauge("gradservice.networks", () => networks.Count, "{network}", "Networks that are stored.");
        meter.CreateObservableGauge("gradservice.networks.stored", () => networks.StoredBytes, "By", "What stored networks take of the room for them.");
    }
}
