using GradService.Domain.Budget;
using GradService.Domain.Networks;

namespace GradService.Domain.Catalog;

/// <summary>Holds a request's network from the price to the answer.</summary>
internal static class Pricing
{
    /// <param name="networks">Where the network is.</param>
    /// <param name="source">The network.</param>
    /// <param name="price">Finds what the request costs, within the limits, and how it is computed. The network is built only when it is.</param>
    public static Priced<T> Price<T>(this NetworkCatalog networks, NetworkSource source, Func<NetworkLease, (Cost Cost, Func<CancellationToken, T> Compute)> price)
    {
        var lease = networks.Open(source);
        try
        {
            var (cost, compute) = price(lease);
            return new Priced<T>(cost.ToPrice().Plus(lease.Building), compute, lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }
}
