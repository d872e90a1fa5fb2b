using GradService.Api.Hosting.Preparation;

namespace GradService.Api.Storage;

/// <summary>
/// Opens the store: the database gets its newest form, and what an ended process left unfinished is removed, before somebody asks. Where
/// it cannot be opened the service runs without.
/// </summary>
internal sealed class StorageOpening(NetworkStore store, IHostApplicationLifetime lifetime, ILogger<StorageOpening> logger)
    : DeferredPreparation(lifetime, logger)
{
    protected override void Prepare()
    {
        try
        {
            store.Open();
        }
        catch (Exception failure) when (failure is StorageUnavailableException or StorageFullException)
        {
            // The store has logged why, and whoever needs it tries again.
            return;
        }
    }
}
