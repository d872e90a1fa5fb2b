using GradService.Domain.Faults;

namespace GradService.Domain.Budget;

/// <summary>
/// A promise to do work that has been checked and whose cost is known, by any thread. Until it is disposed of it holds what the work needs.
/// </summary>
public sealed class Quote<T> : IDisposable
{
    private readonly Func<CancellationToken, T> _compute;
    private readonly IDisposable? _held;

    /// <param name="cost">Its cost.</param>
    /// <param name="compute">Makes the answer, on the thread that calls.</param>
    /// <param name="held">What it needs until then.</param>
    internal Quote(Cost cost, Func<CancellationToken, T> compute, IDisposable? held = null) => (Cost, _compute, _held) = (cost, compute, held);

    public Cost Cost { get; }

    /// <summary>Makes the answer, on the thread that calls.</summary>
    /// <exception cref="FaultException">Parameters do not fit, or there is no answer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, after one more sweep over the network at most.</exception>
    public T Compute(CancellationToken cancellation) => _compute(cancellation);

    /// <summary>The same, its answer made into another on the same thread. What is priced belongs to what is returned.</summary>
    public Quote<TOther> Then<TOther>(Func<T, CancellationToken, TOther> next) => new(Cost, cancellation => next(Compute(cancellation), cancellation), this);

    /// <summary>The same, with what is made of its answer. What is priced belongs to what is returned.</summary>
    public Quote<T> Beside(Cost made) => new(Cost.Plus(made), Compute, this);

    /// <summary>The same, as part of a larger request: errors name fields below this one. What is priced belongs to what is returned.</summary>
    public Quote<T> Below(string field) => new(Cost, cancellation =>
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

/// <summary>Several quotes as one.</summary>
public static class Quote
{
    /// <summary>An answer that is there already.</summary>
    public static Quote<T> Of<T>(T answer) => new(Cost.Nothing, _ => answer);

    /// <summary>All of them, one after the other on one thread. They belong to what is returned, and are given back if one cannot be priced.</summary>
    /// <exception cref="FaultException">One of them is wrong, too large, or has no answer.</exception>
    public static Quote<IReadOnlyList<T>> InTurn<T>(IEnumerable<Func<Quote<T>>> prices)
    {
        var all = new Parts<T>();
        try
        {
            all.AddRange(prices.Select(price => price()));
            return new Quote<IReadOnlyList<T>>(
                all.Aggregate(Cost.Nothing, (sum, each) => sum.Then(each.Cost)), cancellation => [.. all.Select(each => each.Compute(cancellation))], all);
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    private sealed class Parts<T> : List<Quote<T>>, IDisposable
    {
        public void Dispose() => ForEach(each => each.Dispose());
    }
}
