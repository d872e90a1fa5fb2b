using GradService.Api.Serving.Bodies;

namespace GradService.Tests.Api.Serving.Bodies;

/// <summary>What takes long to read leaves the server's threads to others.</summary>
public sealed class LongReadsTests
{
    private const long Long = 64L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Long_reads_have_threads_of_their_own_as_many_as_there_are_cores()
    {
        using var reads = new LongReads();
        using var end = new ManualResetEventSlim();
        using var started = new SemaphoreSlim(0);
        var (now, most, onServersThreads) = (0, 0, 0);
        var all = Enumerable.Range(0, 3 * Environment.ProcessorCount).Select(_ => reads.ReadAsync(Long, Read, CancellationToken.None)).ToList();
        for (var turn = 0; turn < Environment.ProcessorCount; turn++)
        {
            Assert.True(await started.WaitAsync(Patience));
        }

        end.Set();
        Assert.All(await Task.WhenAll(all), read => Assert.Equal(1, read));
        Assert.Equal((Environment.ProcessorCount, 0), (most, onServersThreads));

        int Read()
        {
            var running = Interlocked.Increment(ref now);
            lock (end)
            {
                most = Math.Max(most, running);
                onServersThreads += Thread.CurrentThread.IsThreadPoolThread ? 1 : 0;
            }

            started.Release();
            end.Wait();
            Interlocked.Decrement(ref now);
            return 1;
        }
    }

    [Fact]
    public async Task A_short_read_is_done_at_once_whatever_long_ones_wait()
    {
        using var reads = new LongReads();
        using var end = new ManualResetEventSlim();
        var all = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => reads.ReadAsync(Long, Wait, CancellationToken.None)).ToList();
        var read = reads.ReadAsync(1000, () => Environment.CurrentManagedThreadId, CancellationToken.None);
        Assert.True(read.IsCompletedSuccessfully);
        end.Set();
        Assert.Equal(all.Count, (await Task.WhenAll(all)).Length);

        int Wait()
        {
            end.Wait();
            return 0;
        }
    }

    [Fact]
    public async Task Faults_come_as_they_are_and_who_goes_away_waits_no_longer()
    {
        using var reads = new LongReads();
        await Assert.ThrowsAsync<FormatException>(() => reads.ReadAsync<int>(Long, () => throw new FormatException(), CancellationToken.None));

        using var end = new ManualResetEventSlim();
        using var gone = new CancellationTokenSource();
        var all = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => reads.ReadAsync(Long, Wait, CancellationToken.None)).ToList();
        var waiting = reads.ReadAsync(Long, Wait, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        end.Set();
        Assert.Equal(all.Count, (await Task.WhenAll(all)).Length);

        int Wait()
        {
            end.Wait();
            return 0;
        }
    }
}
