namespace GradService.Domain.Budget;

/// <summary>How far work has come.</summary>
/// <param name="Done">Steps that are over.</param>
/// <param name="Steps">Steps that it has, as said before it began.</param>
/// <param name="Fraction">Of its estimated time, from 0 to 1; it never falls.</param>
public readonly record struct Progress(int Done, int Steps, double Fraction);

/// <summary>
/// The steps of work that is being done, by one thread. Between two of them cancellation is looked at, and whoever watches is told how far
/// the work is.
/// </summary>
public sealed class Steps
{
    private readonly int _count;
    private readonly long _work;
    private readonly IProgress<Progress>? _watcher;
    private int _done;
    private double _workDone;

    internal Steps(int count, long work, CancellationToken cancellation, IProgress<Progress>? watcher) =>
        (_count, _work, Cancellation, _watcher) = (count, work, cancellation, watcher);

    /// <summary>Ends the work, also within a step.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>A step is over that others follow; the last one is over when the work returns.</summary>
    /// <param name="work">What it took of the estimate, nanoseconds.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Done(long work)
    {
        Reach(_done + 1, _workDone + work);
        Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Does a step that others follow.</summary>
    /// <inheritdoc cref="Done"/>
    public T Do<T>(long work, Func<T> step)
    {
        var made = step();
        Done(work);
        return made;
    }

    /// <summary>Does work whose steps are among these.</summary>
    internal T Do<T>(int steps, long work, Func<Steps, T> compute)
    {
        var (end, workAtEnd) = (_done + steps, _workDone + work);
        Cancellation.ThrowIfCancellationRequested();
        var made = compute(this);

        // The last step, and all that were said to come but were not needed.
        Reach(end, workAtEnd);
        return made;
    }

    private void Reach(int done, double work)
    {
        if (done > _done)
        {
            (_done, _workDone) = (done, Math.Max(work, _workDone));
            _watcher?.Report(new Progress(done, _count, _done == _count ? 1 : _work == 0 ? (double)done / _count : Math.Min(1, _workDone / _work)));
        }
    }
}
