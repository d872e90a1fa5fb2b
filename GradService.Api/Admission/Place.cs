using GradService.Domain;

namespace GradService.Api.Admission;

/// <summary>A place in the line. Once left it holds nothing of the request.</summary>
/// <param name="price">What the request takes.</param>
/// <param name="work">Does its work, on the thread that calls, and never throws; what it returns hands out the answer.</param>
internal sealed class Place(Price price, Func<Action> work)
{
    private Func<Action>? _work = work;

    public Price Price { get; } = price;

    /// <summary>Whether it is served before those that take long.</summary>
    public bool IsShort { get; set; }

    /// <summary>Takes the work out, once.</summary>
    public Func<Action> Leave() => Interlocked.Exchange(ref _work, null) ?? throw new InvalidOperationException("The place has been left.");
}
