using GradService.Domain.Faults;
using GradService.Domain.Networks;

namespace GradService.Domain.Catalog;

/// <summary>A network that is kept, or that some request holds. All but building it happens under the gate of the cache.</summary>
/// <param name="hash">Its content; null: it is not to be found.</param>
/// <param name="shape">Its shape.</param>
/// <param name="build">Makes it, once.</param>
internal sealed class CachedNetwork(string? hash, NetworkShape shape, Func<BuiltNetwork> build) : IDisposable
{
    private readonly Lazy<BuiltNetwork> _network = new(build);

    public string? Hash { get; } = hash;

    public NetworkShape Shape { get; } = shape;

    public long Bytes { get; } = BuiltNetwork.MostBytes(shape);

    /// <summary>Its place among those that are kept; null if it is not.</summary>
    public LinkedListNode<CachedNetwork>? Use { get; set; }

    /// <summary>Requests that hold it.</summary>
    public int Leases { get; set; }

    /// <summary>Whether it has been built.</summary>
    public bool IsBuilt => _network.IsValueCreated;

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
