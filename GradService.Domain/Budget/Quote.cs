using GradService.Domain.Faults;

namespace GradService.Domain.Budget;

/// <summary>
/// A promise to do work that has been checked and whose cost is known, by any thread, in steps. Until it is disposed of it holds what the
/// work needs.
/// </summary>
public sealed class Quote<T> : IDisposable
{
    private readonly Func<Steps, T> _compute;
    private readonly IDisposable? _held;

    /// <param name="cost">Its cost.</param>
    /// <param name="compute">Makes the answer, on the thread that calls.</param>
    /// <param name="held">What it needs until then.</param>
    /// <param name="stepCount">How many steps it has: those that <paramref name="compute"/> says are done, and the last.</param>
    internal Quote(Cost cost, Func<Steps, T> compute, IDisposable? held = null, int stepCount = 1) =>
        (Cost, _compute, _held, StepCount) = (cost, compute, held, stepCount);

    public Cost Cost { get; }

    /// <summary>How many steps the work has; fewer may turn out to be needed.</summary>
    public int StepCount { get; }

    /// <summary>Makes the answer, on the thread that calls.</summary>
    /// <param name="cancellation">Ends the work, before the next step at the latest.</param>
    /// <param name="watcher">Told after each step, on that thread, how far the work is.</param>
    /// <exception cref="FaultException">Parameters do not fit, or there is no answer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, after one more sweep over the network at most.</exception>
    public T Compute(CancellationToken cancellation, IProgress<Progress>? watcher = null) =>
        ComputeAmong(new Steps(StepCount, Cost.Work, cancellation, watcher));

    /// <summary>Makes the answer as a part of other work.</summary>
    internal T ComputeAmong(Steps steps) => steps.Do(StepCount, Cost.Work, _compute);

    /// <summary>The same, its answer made into another in the last step. What is priced belongs to what is returned.</summary>
    public Quote<TOther> Then<TOther>(Func<T, CancellationToken, TOther> next) =>
        new(Cost, steps => next(_compute(steps), steps.Cancellation), this, StepCount);

    /// <summary>The same, with what is made of its answer in one more step. What is priced belongs to what is returned.</summary>
    public Quote<T> Beside(Cost made) => new(Cost.Plus(made), ComputeAmong, this, StepCount + 1);

    /// <summary>The same, with the nanoseconds that writing its answer takes. What is priced belongs to what is returned.</summary>
    public Quote<T> Written(long nanoseconds) => new(Cost with { Writing = nanoseconds }, _compute, this, StepCount);

    /// <summary>The same, as part of a larger request: errors name fields below this one. What is priced belongs to what is returned.</summary>
    public Quote<T> Below(FieldPath field) => new(
        Cost,
        steps =>
        {
            try
            {
                return _compute(steps);
            }
            catch (FaultException fault)
            {
                throw fault.Below(field);
            }
        },
        this,
        StepCount);

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
                Cost.Sum(all.Select(each => each.Cost)), steps => [.. all.Select(each => each.ComputeAmong(steps))], all, all.Sum(each => each.StepCount));
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
