using GradService.Fuzz.Storm;

namespace GradService.Fuzz.Soak;

/// <summary>What the service holds after some time.</summary>
/// <param name="Seconds">How long it has been soaked.</param>
/// <param name="Memory">Memory and tensors.</param>
/// <param name="Descriptors">Open files and connections.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Networks">Stored networks.</param>
/// <param name="Incoming">Files that uploads have begun.</param>
internal sealed record SoakSample(double Seconds, MemorySample Memory, int Descriptors, double Threads, double Networks, int Incoming)
{
    public static async Task<SoakSample> TakeAsync(ServiceUnderStorm service, HttpClient client, double seconds, long requests)
    {
        var page = await MetricsPage.TakeAsync(client);
        var incoming = Path.Combine(service.Folder, "incoming");
        return new SoakSample(
            seconds, MemorySample.Of(page, requests), service.Figures.Descriptors, service.Figures.Threads, page.Sum("gradservice_networks"),
            Directory.Exists(incoming) ? Directory.EnumerateFiles(incoming).Count() : 0);
    }
}
