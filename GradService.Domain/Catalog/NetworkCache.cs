using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;

namespace GradService.Domain.Catalog;

/// <summary>
/// Built networks by their content, the least recently used leaving first. Requests at the same time share them by leases: what has left
/// is disposed when its last lease ends. Any number of threads may use it.
/// </summary>
public sealed class NetworkCache : IDisposable
{
    private readonly long _capacityBytes;
    private readonly Func<NetworkSpec, NetworkShape> _infer;
    private readonly Func<NetworkSpec, NetworkShape, BuiltNetwork> _build;
    private readonly Lock _gate = new();

    // What is kept, and what is in use.
    private readonly Dictionary<string, CachedNetwork> _byHash = [];

    // What is kept.
    private readonly LinkedList<CachedNetwork> _byUse = [];
    private long _bytes;
    private bool _closed;

    /// <param name="limits">What a network must keep to.</param>
    /// <param name="engine">What runs it, and how much is kept.</param>
    public NetworkCache(Limits limits, EngineOptions engine)
        : this(engine.NetworkCacheBytes, spec => NetworkShape.InferWithin(spec, limits),
            (spec, shape) => new BuiltNetwork(ParameterValues.Of(spec, shape), engine.Dense)) =>
        BuildsDense = engine.Dense;

    /// <param name="capacityBytes">What is kept at most, as estimated; 0: nothing is.</param>
    /// <param name="infer">A spec's shape, checked.</param>
    /// <param name="build">The network of a spec that has that shape.</param>
    internal NetworkCache(long capacityBytes, Func<NetworkSpec, NetworkShape> infer, Func<NetworkSpec, NetworkShape, BuiltNetwork> build)
    {
        _capacityBytes = capacityBytes;
        _infer = infer;
        _build = build;
    }

    /// <summary>Whether networks that can are built for the dense engine as well.</summary>
    internal bool BuildsDense { get; } = true;

    /// <summary>Networks that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byUse.Count;
            }
        }
    }

    /// <summary>Their size as estimated.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>A hold on the network of a spec: its shape now, the network itself when it is asked for.</summary>
    /// <exception cref="FaultException">The spec has no shape.</exception>
    internal NetworkLease Open(NetworkSpec spec) =>
        Open(_capacityBytes == 0 ? "" : SpecHash.Of(spec), () => _infer(spec), shape => _build(spec, shape), BuiltNetwork.CostOf);

    /// <summary>A hold on the network with that content, wherever it is described.</summary>
    /// <param name="hash">The content, as <see cref="SpecHash"/> has it.</param>
    /// <param name="shapeOf">Its shape, where it is not kept.</param>
    /// <param name="build">The network of that shape, where it is not kept and is needed.</param>
    /// <param name="building">What that takes beside what the network is then.</param>
    /// <exception cref="FaultException">The network has no shape.</exception>
    internal NetworkLease Open(string hash, Func<NetworkShape> shapeOf, Func<NetworkShape, BuiltNetwork> build, Func<NetworkShape, Cost> building)
    {
        if (_capacityBytes == 0)
        {
            return new NetworkLease(this, Make(null, shapeOf(), build, building));
        }

        lock (_gate)
        {
            if (Find(hash) is { } known)
            {
                return new NetworkLease(this, known);
            }
        }

        var shape = shapeOf();
        lock (_gate)
        {
            // Who asks for the same at the same time gets the same, shape and all.
            var network = Find(hash) ?? (_byHash[hash] = Make(hash, shape, build, building));
            return new NetworkLease(this, network);
        }
    }

    /// <summary>Drops all that is kept; nothing is kept any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            while (_byUse.Last is { } last)
            {
                Drop(last.Value);
            }
        }
    }

    /// <summary>
    /// Keeps a network that has been built, if there is room for it at all. A large one drives out many small ones, which are quickly built
    /// again; were it the large one that is built at each request, everybody would wait for it.
    /// </summary>
    internal void Keep(CachedNetwork network)
    {
        lock (_gate)
        {
            if (_closed || network is not { Hash: not null, Use: null } || network.Bytes > _capacityBytes)
            {
                return;
            }

            network.Use = _byUse.AddFirst(network);
            _bytes += network.Bytes;
            while (_bytes > _capacityBytes)
            {
                Drop(_byUse.Last!.Value);
            }
        }
    }

    /// <summary>Ends a lease.</summary>
    internal void Release(CachedNetwork network)
    {
        lock (_gate)
        {
            network.Leases--;
            DisposeUnused(network);
        }
    }

    private static CachedNetwork Make(string? hash, NetworkShape shape, Func<NetworkShape, BuiltNetwork> build, Func<NetworkShape, Cost> building) =>
        new(hash, shape, () => build(shape), building(shape)) { Leases = 1 };

    private CachedNetwork? Find(string hash)
    {
        if (!_byHash.TryGetValue(hash, out var known))
        {
            return null;
        }

        known.Leases++;
        if (known.Use is { } use)
        {
            _byUse.Remove(use);
            _byUse.AddFirst(use);
        }

        return known;
    }

    private void Drop(CachedNetwork network)
    {
        _byUse.Remove(network.Use!);
        network.Use = null;
        _bytes -= network.Bytes;
        DisposeUnused(network);
    }

    private void DisposeUnused(CachedNetwork network)
    {
        if (network is { Leases: 0, Use: null })
        {
            if (network.Hash is { } hash)
            {
                _byHash.Remove(hash);
            }

            network.Dispose();
        }
    }
}

/// <summary>A network that is kept, or that some request holds. All but building it happens under the gate of the cache.</summary>
/// <param name="hash">Its content; null: it is not to be found.</param>
/// <param name="shape">Its shape.</param>
/// <param name="build">Makes it, once.</param>
/// <param name="building">What that takes beside what it is then.</param>
internal sealed class CachedNetwork(string? hash, NetworkShape shape, Func<BuiltNetwork> build, Cost building) : IDisposable
{
    private readonly Lazy<BuiltNetwork> _network = new(build);

    public string? Hash { get; } = hash;

    public NetworkShape Shape { get; } = shape;

    public long Bytes { get; } = BuiltNetwork.MostBytes(shape);

    /// <summary>Its place among those that are kept; null if it is not.</summary>
    public LinkedListNode<CachedNetwork>? Use { get; set; }

    /// <summary>Requests that hold it.</summary>
    public int Leases { get; set; }

    /// <summary>What building it takes beside what it is then; nothing where that has been done.</summary>
    public Cost Building => _network.IsValueCreated ? Cost.Nothing : building;

    /// <exception cref="FaultException">A given parameter is unknown, misshapen or missing.</exception>
    public BuiltNetwork Network => _network.Value;

    public void Dispose()
    {
        if (_network.IsValueCreated)
        {
            _network.Value.Dispose();
        }
    }
}
