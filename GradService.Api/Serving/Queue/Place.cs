using GradService.Domain.Budget;

namespace GradService.Api.Serving.Queue;

/// <summary>A place in the line. Once left it holds nothing of the request but what the work needs.</summary>
/// <param name="price">What the request takes.</param>
/// <param name="work">Does its work, on the thread that calls, and never throws; what it returns hands out the answer.</param>
/// <param name="held">What the work needs, given back when it is over or will never begin, whoever still waits for the answer.</param>
internal sealed class Place(Cost price, Func<Action> work, IReadOnlyList<IDisposable>? held = null) : IDisposable
{
    private Func<Action>? _work = work;
    private IReadOnlyList<IDisposable> _held = held ?? [];

    public Cost Cost { get; } = price;

    /// <summary>Whether it is served before those that take long.</summary>
    public bool IsShort { get; set; }

    /// <summary>Whether a thread works on it. Like the next, it is changed under the gate of the line alone.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Whether the thread that works on it has been given up.</summary>
    public bool IsStuck { get; set; }

    /// <summary>Takes the work out, once.</summary>
    public Func<Action> Leave() => Interlocked.Exchange(ref _work, null) ?? throw new InvalidOperationException("The place has been left.");

    public void Dispose()
    {
        foreach (var each in _held)
        {
            each.Dispose();
        }

        _held = [];
    }
}
