using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Budget;

/// <summary>What a request takes, estimated from its sizes before anything is allocated.</summary>
/// <param name="NativeBytes">Size of all tensors alive at once.</param>
/// <param name="ResultBytes">Size of the arrays of the answer.</param>
/// <param name="Work">How long it takes, in nanoseconds of a usual core, to an order of magnitude: what tells short from long.</param>
public sealed record Price(long NativeBytes, long ResultBytes, long Work)
{
    /// <summary>What takes nothing.</summary>
    public static Price Nothing { get; } = new(0, 0, 0);

    /// <summary>Of both at once, or of one that needs what the other makes.</summary>
    public Price Plus(Price other) => other == Nothing ? this
        : new(NativeBytes.SaturatingPlus(other.NativeBytes), ResultBytes.SaturatingPlus(other.ResultBytes), Work.SaturatingPlus(other.Work));

    /// <summary>Of both, one after the other, the results of both being kept.</summary>
    public Price Then(Price next) => new(Math.Max(NativeBytes, next.NativeBytes), ResultBytes.SaturatingPlus(next.ResultBytes), Work.SaturatingPlus(next.Work));
}

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

    /// <summary>The same, its answer made into another on the same thread. What is priced belongs to what is returned.</summary>
    public Priced<TOther> Then<TOther>(Func<T, CancellationToken, TOther> next) => new(Price, cancellation => next(Compute(cancellation), cancellation), this);

    /// <summary>The same, with what is made of its answer. What is priced belongs to what is returned.</summary>
    public Priced<T> Beside(Price made) => new(Price.Plus(made), Compute, this);

    /// <summary>The same, as part of a larger request: errors name fields below this one. What is priced belongs to what is returned.</summary>
    public Priced<T> Below(string field) => new(Price, cancellation =>
    {
        try
        {
            return Compute(cancellation);
        }
        catch (FaultException fault)
        {
            throw fault.Below(field);
        }
    }, this);

    public void Dispose() => _held?.Dispose();
}

/// <summary>Several priced requests as one.</summary>
public static class Priced
{
    /// <summary>An answer that is there already.</summary>
    public static Priced<T> Of<T>(T answer) => new(Price.Nothing, _ => answer);

    /// <summary>All of them, one after the other on one thread. They belong to what is returned, and are given back if one cannot be priced.</summary>
    /// <exception cref="FaultException">One of them is wrong, too large, or has no answer.</exception>
    public static Priced<IReadOnlyList<T>> InTurn<T>(IEnumerable<Func<Priced<T>>> prices)
    {
        var all = new Parts<T>();
        try
        {
            all.AddRange(prices.Select(price => price()));
            return new Priced<IReadOnlyList<T>>(
                all.Aggregate(Price.Nothing, (sum, each) => sum.Then(each.Price)), cancellation => [.. all.Select(each => each.Compute(cancellation))], all);
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    private sealed class Parts<T> : List<Priced<T>>, IDisposable
    {
        public void Dispose() => ForEach(each => each.Dispose());
    }
}
