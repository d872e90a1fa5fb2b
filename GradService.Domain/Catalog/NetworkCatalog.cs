using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks;

namespace GradService.Domain.Catalog;

/// <summary>The networks that requests are about, described or stored, ready to run: the one place where a reference is resolved.</summary>
/// <param name="built">Where they are built and kept; it belongs to the caller, and must outlive the calls.</param>
/// <param name="limits">What a network may be.</param>
/// <param name="store">Where stored networks are; null: nothing is stored.</param>
public sealed class NetworkCatalog(NetworkCache built, Limits limits, INetworkStore? store = null)
{
    private readonly INetworkStore _store = store ?? new NothingStored();

    /// <summary>A hold on a network: its shape now, the network itself when it is asked for.</summary>
    /// <exception cref="FaultException">It has no shape, or is not there.</exception>
    internal NetworkLease Open(NetworkSource source) => source is NetworkSpec spec ? built.Open(spec) : Open((NetworkReference)source);

    /// <summary>A quote for work on a network, which it holds from now to the answer.</summary>
    /// <param name="source">The network.</param>
    /// <param name="quote">Finds what the work costs, within the limits, and how it is done: <see cref="NetworkLease.Quote"/>.</param>
    /// <exception cref="FaultException">The network has no shape, is not there, or the work cannot be done.</exception>
    internal Quote<T> Quote<T>(NetworkSource source, Func<NetworkLease, Quote<T>> quote)
    {
        var lease = Open(source);
        try
        {
            return quote(lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>A network as it is stored.</summary>
    /// <exception cref="FaultException">It has no shape, is over a limit, a given parameter is wrong or missing, or it refers to one that
    /// is not there.</exception>
    public CanonicalNetwork Canonical(NetworkSource source) => CanonicalNetwork.Of(source as NetworkSpec ?? Whole((NetworkReference)source), limits);

    /// <summary>A network as it is stored, checked and priced, its numbers to be drawn.</summary>
    /// <inheritdoc cref="Canonical"/>
    public Quote<CanonicalNetwork> QuoteCanonical(NetworkSource source)
    {
        var shape = NetworkShape.InferWithin(DescriptionOf(source), limits);
        var bytes = shape.ParameterElements * shape.Dtype.SizeInBytes();
        return new Quote<CanonicalNetwork>(new Cost(bytes, bytes, shape.ParameterElements * BuiltNetwork.NanosecondsOfANumber), _ => Canonical(source));
    }

    /// <summary>The id of a network that is stored already; null where there is more to it than a reference, and its numbers must be had to know it.</summary>
    /// <exception cref="FaultException">It is not there.</exception>
    public string? StoredId(NetworkSource source) => source is NetworkReference { Parameters: null } reference ? IdOf(reference) : null;

    /// <summary>The shape of a sample that the network takes, as it is described.</summary>
    /// <exception cref="FaultException">It is not there.</exception>
    public IReadOnlyList<int> InputShapeOf(NetworkSource source) => DescriptionOf(source).InputShape;

    /// <summary>How large it is, for whom the layers do not matter.</summary>
    /// <exception cref="FaultException">It is not there, or its layers do not fit each other.</exception>
    public NetworkSize SizeOf(NetworkSource source)
    {
        var shape = NetworkShape.InferWithin(DescriptionOf(source), limits);
        return new NetworkSize(shape.Input.Elements, shape.Output.Elements, 2 * shape.BatchNormChannels);
    }

    /// <summary>The network without the numbers of a stored one.</summary>
    private NetworkSpec DescriptionOf(NetworkSource source) => source as NetworkSpec ?? SpecOf((NetworkReference)source, IdOf((NetworkReference)source));

    private NetworkSpec SpecOf(NetworkReference reference, string id) => _store.SpecOf(id) ?? throw NoLonger(reference);

    private NetworkLease Open(NetworkReference reference)
    {
        var id = IdOf(reference);
        return built.Open(
            reference.Parameters is { } overlay ? SpecHash.Of(id, overlay) : id,
            () => NetworkShape.InferWithin(SpecOf(reference, id), limits),
            () => Whole(reference, id));
    }

    /// <summary>The network that a reference stands for, all its numbers given.</summary>
    private NetworkSpec Whole(NetworkReference reference, string? known = null)
    {
        var id = known ?? IdOf(reference);
        var (spec, values) = (SpecOf(reference, id), _store.ParametersOf(id) ?? throw NoLonger(reference));
        return spec with { Parameters = reference.Parameters is { } overlay ? Laid(overlay, values) : values };
    }

    private string IdOf(NetworkReference reference) => reference switch
    {
        { Id: not null, Name: not null } => throw new FaultException(Fault.Invalid("network", "an id or a name", "both")),
        { Id: { } id } => _store.Has(id)
            ? id
            : throw new FaultException(Fault.NotFound("network.id", "the id of a stored network", Fault.Quoted(id), "GET /v1/networks lists them.")),
        { Name: { } name } => _store.IdOf(name)
            ?? throw new FaultException(Fault.NotFound("network.name", "the name of a stored network", Fault.Quoted(name), "GET /v1/networks lists them.")),
        _ => throw new FaultException(Fault.Invalid("network", "an id or a name", "neither")),
    };

    private static Dictionary<string, NdArray> Laid(IReadOnlyDictionary<string, NdArray> overlay, IReadOnlyDictionary<string, NdArray> values)
    {
        var laid = new Dictionary<string, NdArray>(values);
        foreach (var (name, value) in overlay)
        {
            laid[name] = value;
        }

        return laid;
    }

    /// <summary>It was deleted after it had been found.</summary>
    private static FaultException NoLonger(NetworkReference reference) =>
        new(Fault.NotFound(reference.Id is null ? "network.name" : "network.id", "a stored network", "one that has been deleted meanwhile"));

    private sealed class NothingStored : INetworkStore
    {
        public string? IdOf(string name) => null;

        public bool Has(string id) => false;

        public NetworkSpec? SpecOf(string id) => null;

        public IReadOnlyDictionary<string, NdArray>? ParametersOf(string id) => null;
    }
}
