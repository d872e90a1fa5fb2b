using GradService.Api.Admission;
using GradService.Api.Observability;
using GradService.Api.Requests;
using GradService.Api.Storage;
using GradService.Domain;
using GradService.Domain.Catalog;

namespace GradService.Api.Networks;

/// <summary>
/// Named networks for other protocols: a body is read by the protocol's own rules, whatever it is declared to be, becomes a request as
/// /v1 has it, and goes the same way.
/// </summary>
internal sealed class ServedNetworks(RequestBody body, RequestAdmission admission, GradientService service, NetworkStore store)
{
    /// <summary>All names, sorted.</summary>
    public IReadOnlyList<string> Names => [.. store.Names().Select(each => each.Name)];

    /// <exception cref="FaultException">There is no such name.</exception>
    public NamedNetwork Find(string name) =>
        store.FindName(name) is { } named && store.Find(named.Id) is { } network
            ? new NamedNetwork(new NetworkReference { Id = network.Id }, new Shape([.. network.InputShape]), new Shape([.. network.OutputShape]), NetworkSpecText.Read(network.Spec).Dtype)
            : throw new FaultException(Fault.NotFound("name", "the name of a stored network", Fault.Quoted(name), "GET /v1/networks lists them."));

    /// <summary>What a body asks for, where nothing is computed.</summary>
    /// <exception cref="FaultException">The body is too large, or wrong.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<ReadOnlyMemory<byte>, T> read)
    {
        using var stage = Stages.Start("read");
        using var bytes = await body.ReadBytesAsync(context);
        return read(bytes.Memory);
    }

    /// <summary>The outputs.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    /// <exception cref="RefusedForNowException">There is no room, or it took too long.</exception>
    public Task<ForwardResult> EvaluateAsync(HttpContext context, Func<ReadOnlyMemory<byte>, ForwardRequest> read) =>
        admission.ComputeAsync(context, async () => service.PriceForward(await ReadAsync(context, read)));

    /// <summary>The gradient asked for.</summary>
    /// <inheritdoc cref="EvaluateAsync"/>
    public Task<GradientResult> DifferentiateAsync(HttpContext context, Func<ReadOnlyMemory<byte>, GradientRequest> read) =>
        admission.ComputeAsync(context, async () => service.PriceGradient(await ReadAsync(context, read)));
}
