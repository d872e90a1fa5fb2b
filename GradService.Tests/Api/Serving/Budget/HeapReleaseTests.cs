using GradService.Api.Serving.Budget;

namespace GradService.Tests.Api.Serving.Budget;

/// <summary>Collections after large uploads: for all of them, but few.</summary>
public sealed class HeapReleaseTests
{
    [Fact]
    public async Task Many_uploads_within_the_time_between_share_a_collection_and_the_last_one_has_one_too()
    {
        var collections = 0;
        using var collected = new SemaphoreSlim(0);
        var release = new HeapRelease(
            () =>
            {
                Interlocked.Increment(ref collections);
                collected.Release();
            },
            TimeSpan.FromMilliseconds(200),
            TimeSpan.FromMilliseconds(200));
        for (var upload = 0; upload < 1_000; upload++)
        {
            release.After(HeapRelease.LargeBytes);
        }

        await collected.WaitAsync();
        Assert.Equal(1, collections);
        release.After(HeapRelease.LargeBytes);
        release.After(HeapRelease.LargeBytes);
        await collected.WaitAsync();
        Assert.Equal(2, collections);
    }

    [Fact]
    public async Task Small_uploads_have_none()
    {
        var collections = 0;
        var release = new HeapRelease(() => Interlocked.Increment(ref collections), TimeSpan.Zero, TimeSpan.Zero);
        release.After(HeapRelease.LargeBytes - 1);
        await Task.Delay(50);
        Assert.Equal(0, collections);
    }
}
