using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;

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

    /// <summary>The same of a network whose numbers, or some of them, are in a file: they stay there, and are read piece by piece.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="file">Numbers under those of the spec.</param>
    /// <param name="keep">Keeps the file open until what it gives is disposed of, as it is with the quote.</param>
    /// <exception cref="FaultException">It has no shape or is over a limit.</exception>
    public Quote<CanonicalNetwork> QuoteCanonical(NetworkSpec spec, IReadOnlyList<ArrayContent> file, Func<IDisposable> keep)
    {
        var shape = NetworkShape.InferWithin(spec, limits);
        var inFile = file.Select(array => array.Name).ToHashSet();

        // What is drawn is in memory, and so is one that is drawn although it is in the file: what comes after must get the numbers that it gets in PyTorch.
        var drawn = shape.Parameters.Where(parameter => !inFile.Contains(parameter.Name)).Sum(parameter => parameter.Spec.Shape.Elements);
        var passing = spec.Seed is null ? 0 : shape.Parameters.Max(parameter => parameter.Spec.Shape.Elements);
        var size = shape.Dtype.SizeInBytes();
        return new Quote<CanonicalNetwork>(
            new Cost((drawn * size) + (passing * sizeof(float)), drawn * size, shape.ParameterElements * BuiltNetwork.NanosecondsOfANumber),
            steps => CanonicalNetwork.Of(spec, limits, file, steps.Cancellation), keep());
    }

    /// <summary>The names of a network's parameters and buffers, as in PyTorch's state_dict.</summary>
    /// <exception cref="FaultException">It has no shape or is over a limit.</exception>
    public IReadOnlyList<string> ParameterNamesOf(NetworkSpec spec) =>
        [.. NetworkShape.InferWithin(spec, limits).Parameters.Select(parameter => parameter.Name)];

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
            shape => Read(reference, id, shape),
            shape => BuiltNetwork.CostOfReading(shape, built.BuildsDense));
    }

    /// <summary>The network that a reference stands for, from the file of its numbers.</summary>
    private BuiltNetwork Read(NetworkReference reference, string id, NetworkShape shape)
    {
        var spec = SpecOf(reference, id) with { Parameters = reference.Parameters };
        using var file = _store.ParametersOf(id) ?? throw NoLonger(reference);
        return BuiltNetwork.Read(ParameterValues.Of(spec, shape, file.Contents), built.BuildsDense);
    }

    /// <summary>The same as it is described, all its numbers given.</summary>
    private NetworkSpec Whole(NetworkReference reference)
    {
        var id = IdOf(reference);
        var spec = SpecOf(reference, id);
        using var file = _store.ParametersOf(id) ?? throw NoLonger(reference);
        var values = file.Contents.ToDictionary(array => array.Name, array => array.ToArray());
        foreach (var (name, value) in reference.Parameters ?? new Dictionary<string, NdArray>())
        {
            values[name] = value;
        }

        return spec with { Parameters = values };
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

    /// <summary>It was deleted after it had been found.</summary>
    private static FaultException NoLonger(NetworkReference reference) =>
        new(Fault.NotFound(reference.Id is null ? "network.name" : "network.id", "a stored network", "one that has been deleted meanwhile"));

    private sealed class NothingStored : INetworkStore
    {
        public string? IdOf(string name) => null;

        public bool Has(string id) => false;

        public NetworkSpec? SpecOf(string id) => null;

        public IArrayFile? ParametersOf(string id) => null;
    }
}
