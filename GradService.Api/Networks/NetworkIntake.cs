using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Bodies;
using GradService.Api.Serving.Measurement;
using GradService.Api.Serving.Refusals;
using GradService.Api.Storage;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Networks;

namespace GradService.Api.Networks;

/// <summary>The way of a network into the store: read in the form that it has, built when it is its turn, and written.</summary>
internal sealed class NetworkIntake(
    RequestBody body, NetworkUpload upload, RequestAdmission admission, NetworkCatalog catalog, NetworkStore store)
{
    /// <summary>Stores the network of a request, whichever form its body has.</summary>
    /// <returns>What is stored, the name that was asked for, and whether it is new.</returns>
    /// <exception cref="FaultException">The request is wrong or too large, or its name points to another network.</exception>
    /// <exception cref="RefusalException">There is no room, or it took too long.</exception>
    public Task<(StoredNetwork Stored, string? Name, bool IsNew)> StoreAsync(HttpContext context) => NetworkUpload.Is(context.Request)
        ? UploadAsync(context)
        : StoreAsync(context, async () =>
        {
            var asked = (await body.ReadAsync<NetworkBody>(context)).Request;
            return new UploadedNetwork(asked.Network, asked.Name);
        });

    /// <summary>Stores the network of a form of parts.</summary>
    /// <inheritdoc cref="StoreAsync(HttpContext)"/>
    public Task<(StoredNetwork Stored, string? Name, bool IsNew)> UploadAsync(HttpContext context) => StoreAsync(context, () => upload.ReadAsync(context));

    private async Task<(StoredNetwork Stored, string? Name, bool IsNew)> StoreAsync(HttpContext context, Func<Task<UploadedNetwork>> readAsync)
    {
        UploadedNetwork? asked = null;
        try
        {
            string? name = null, id = null;
            var network = await admission.ComputeAsync<CanonicalNetwork?>(context, async () =>
            {
                asked = await readAsync();
                name = asked.Name is null ? null : NetworkName.Checked(asked.Name);
                id = catalog.StoredId(asked.Network);
                return id is null ? Canonical(asked).Then<CanonicalNetwork?>((canonical, _) => canonical) : Quote.Of<CanonicalNetwork?>(null);
            });
            using var stage = Stages.Start("store");
            if (network is null)
            {
                return (await store.NameAsync(id!, name) ?? throw StoredIds.NotFound(id!), name, false);
            }

            var (stored, isNew) = await store.StoreAsync(network, name, asked!.Parameters?.File);
            return (stored, name, isNew);
        }
        finally
        {
            asked?.Dispose();
        }
    }

    private Quote<CanonicalNetwork> Canonical(UploadedNetwork asked) => asked.Parameters is not { } parameters
        ? catalog.QuoteCanonical(asked.Network)
        : catalog.QuoteCanonical((NetworkSpec)asked.Network, parameters.Contents, parameters.Keep);
}
