namespace GradService.Domain;

/// <summary>What a request takes, estimated from its sizes before anything is allocated.</summary>
/// <param name="NativeBytes">Size of all tensors alive at once.</param>
/// <param name="ResultBytes">Size of the arrays of the answer.</param>
/// <param name="Work">How long it takes, in nanoseconds of a usual core, to an order of magnitude: what tells short from long.</param>
public sealed record Price(long NativeBytes, long ResultBytes, long Work);

/// <summary>
/// A request that has been checked and priced, and can be computed, by any thread. Until it is disposed of it has a hold on its network.
/// </summary>
public sealed class Priced<T> : IDisposable
{
    private readonly Func<CancellationToken, T> _compute;
    private readonly IDisposable? _held;

    /// <param name="price">Its price.</param>
    /// <param name="compute">Makes the answer, on the thread that calls.</param>
    /// <param name="held">What it needs until then.</param>
    internal Priced(Price price, Func<CancellationToken, T> compute, IDisposable? held = null) => (Price, _compute, _held) = (price, compute, held);

    public Price Price { get; }

    /// <summary>Makes the answer, on the thread that calls.</summary>
    /// <exception cref="FaultException">Parameters do not fit, or there is no answer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, after one more sweep over the network at most.</exception>
    public T Compute(CancellationToken cancellation) => _compute(cancellation);

    public void Dispose() => _held?.Dispose();
}
