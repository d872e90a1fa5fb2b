using System.Collections.Concurrent;
using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Bodies;
using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Refusals;
using GradService.Api.Storage;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;

namespace GradService.Api.Networks;

/// <summary>
/// Named networks for other protocols: a body is read by the protocol's own rules, whatever it is declared to be, becomes a request as
/// /v1 has it, and goes the same way. Their answers have no room for findings, which are told beside them.
/// </summary>
internal sealed class ServedNetworks(RequestBody body, RequestAdmission admission, GradientService service, NetworkStore store, FindingsHeader findings)
{
    private const int MostKnown = 10_000;

    /// <summary>What networks are by their ids, which never stand for anything else.</summary>
    private readonly ConcurrentDictionary<string, NamedNetwork> _known = new(StringComparer.Ordinal);

    /// <summary>All names, sorted.</summary>
    public IReadOnlyList<string> Names => store.Names();

    /// <exception cref="FaultException">There is no such name.</exception>
    public void Check(string name) => _ = IdOf(name);

    /// <inheritdoc cref="Check"/>
    public NamedNetwork Find(string name)
    {
        var id = IdOf(name);
        if (_known.TryGetValue(id, out var known))
        {
            return known;
        }

        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }

        return _known[id] = Read(id) ?? throw NotFound(name);
    }

    private string IdOf(string name) => store.IdOf(name) ?? throw NotFound(name);

    private NamedNetwork? Read(string id) => store.FindUnnamed(id) is { } network
        ? new NamedNetwork(new NetworkReference { Id = id }, new Shape([.. network.InputShape]), new Shape([.. network.OutputShape]),
            NetworkSpecText.Read(network.Spec!).Dtype)
        : null;

    private static FaultException NotFound(string name) =>
        new(Fault.NotFound("name", "the name of a stored network", Fault.Quoted(name), "GET /v1/networks lists them."));

    /// <summary>What a body asks for, where nothing is computed.</summary>
    /// <inheritdoc cref="RequestBody.ReadAsync{T}(HttpContext, Func{ReadOnlyMemory{byte}, BufferedBytes, T})"/>
    public Task<T> ReadAsync<T>(HttpContext context, Func<ReadOnlyMemory<byte>, BufferedBytes, T> read) => body.ReadAsync(context, read);

    /// <summary>The outputs.</summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Reads its body.</param>
    /// <param name="numbers">How they are written.</param>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    /// <exception cref="RefusedForNowException">There is no room, or it took too long.</exception>
    public Task<ForwardResult> EvaluateAsync(HttpContext context, Func<ReadOnlyMemory<byte>, BufferedBytes, ForwardRequest> read, NumbersForm numbers) =>
        ComputeAsync(context, async () => service.QuoteForward(await ReadAsync(context, read)), numbers);

    /// <summary>The gradient asked for.</summary>
    /// <inheritdoc cref="EvaluateAsync"/>
    public Task<GradientResult> DifferentiateAsync(HttpContext context, Func<ReadOnlyMemory<byte>, BufferedBytes, GradientRequest> read, NumbersForm numbers) =>
        ComputeAsync(context, async () => service.QuoteGradient(await ReadAsync(context, read)), numbers);

    private async Task<T> ComputeAsync<T>(HttpContext context, Func<Task<Quote<T>>> readAndPrice, NumbersForm numbers)
        where T : IDiagnosed
    {
        var answer = await admission.ComputeAsync(context, readAndPrice, numbers);
        findings.Tell(context, answer);
        return answer;
    }
}
