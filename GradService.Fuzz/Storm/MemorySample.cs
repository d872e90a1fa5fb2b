namespace GradService.Fuzz.Storm;

/// <summary>What /metrics says of memory after so many requests.</summary>
/// <param name="Requests">How many had been answered.</param>
/// <param name="Managed">What was alive on the managed heap after its last collection, bytes.</param>
/// <param name="Native">Resident memory beyond the managed heap, bytes.</param>
/// <param name="Resident">All that is resident, bytes.</param>
/// <param name="Tensors">Tensors alive.</param>
/// <param name="FullCollections">How often all generations had been collected.</param>
internal sealed record MemorySample(long Requests, double Managed, double Native, double Resident, double Tensors, double FullCollections)
{
    public static async Task<MemorySample> TakeAsync(HttpClient client, long requests) => Of(await MetricsPage.TakeAsync(client), requests);

    public static MemorySample Of(MetricsPage page, long requests) => new(requests,
        page.Sum("dotnet_gc_last_collection_heap_size_bytes") - page.Sum("dotnet_gc_last_collection_heap_fragmentation_size_bytes"),
        page.Sum("gradservice_native_memory_bytes"), page.Sum("dotnet_process_memory_working_set_bytes"), page.Sum("gradservice_tensors"),
        page.Sum("dotnet_gc_collections_total", "gc_heap_generation=\"gen2\""));
}
