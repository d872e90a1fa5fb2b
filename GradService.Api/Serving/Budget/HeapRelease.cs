namespace GradService.Api.Serving.Budget;

/// <summary>
/// Gives the managed heap back after requests with large arrays, which else stay where they are until the collector comes by, and that may be
/// long after. Not at once, as the stacks that had them must unwind first, and seldom, as everybody waits meanwhile.
/// </summary>
/// <param name="collect">Collects.</param>
/// <param name="unwinding">How long after it is asked for.</param>
/// <param name="between">How long there is no other one.</param>
internal sealed class HeapRelease(Action collect, TimeSpan unwinding, TimeSpan between)
{
    /// <summary>What is worth a collection of its own.</summary>
    public const long LargeBytes = 16L << 20;

    private int _asked;

    public HeapRelease()
        : this(() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true), TimeSpan.FromMilliseconds(100),
            TimeSpan.FromSeconds(10))
    {
    }

    /// <summary>Arrays of so many bytes are no longer needed.</summary>
    public void After(long bytes)
    {
        if (bytes >= LargeBytes && Interlocked.Increment(ref _asked) == 1)
        {
            _ = CollectAsync();
        }
    }

    private async Task CollectAsync()
    {
        await Task.Delay(unwinding);
        Interlocked.Exchange(ref _asked, 1);
        collect();
        await Task.Delay(between);
        if (Interlocked.Exchange(ref _asked, 0) > 1)
        {
            After(LargeBytes);
        }
    }
}
