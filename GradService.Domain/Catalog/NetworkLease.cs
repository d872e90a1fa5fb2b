using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks;

namespace GradService.Domain.Catalog;

/// <summary>A request's hold on a network: while it lasts, nothing of the network is disposed. Not to be shared by threads.</summary>
internal sealed class NetworkLease(NetworkCache cache, CachedNetwork held) : IDisposable
{
    private bool _ended;

    public NetworkShape Shape => held.Shape;

    /// <inheritdoc cref="CachedNetwork.Building"/>
    public Cost Building => held.Building;

    /// <summary>Whether the network has been or would be built for the dense engine as well, where its layers allow.</summary>
    public bool BuildsDense => cache.BuildsDense;

    /// <summary>The network, which is built unless somebody has done so; of those who ask at the same time one does.</summary>
    /// <exception cref="FaultException">A given parameter is unknown, misshapen or missing.</exception>
    public BuiltNetwork Network
    {
        get
        {
            var network = held.Network;
            cache.Keep(held);
            return network;
        }
    }

    /// <summary>A quote for work on the network, which it holds from now on. The network is built only when the work is done.</summary>
    public Quote<T> Quote<T>(Cost cost, Func<Steps, T> compute, int stepCount = 1) => new(cost.Plus(Building), compute, this, stepCount);

    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            cache.Release(held);
        }
    }
}
