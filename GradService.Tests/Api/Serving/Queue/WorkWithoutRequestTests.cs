using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Queue;
using GradService.Api.Serving.Refusals;
using GradService.Domain.Budget;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Serving.Queue;

/// <summary>Work that no request asks for has the same way: there is no web server here at all.</summary>
public sealed class WorkWithoutRequestTests : IDisposable
{
    private const long ResultBytes = 1_000;

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Limits:ComputeThreads", "1"), new("Limits:MaxBufferedBytes", "1000000"), new("Limits:DeadlineSeconds", "0.001")])
            .Build())
        .AddLogging().AddMetrics().AddAdmission().BuildServiceProvider();

    private ComputeQueue Queue => _services.GetRequiredService<ComputeQueue>();

    private BufferBudget Budget => _services.GetRequiredService<BufferBudget>();

    [Fact]
    public async Task It_is_computed_in_steps_for_as_long_as_it_takes_and_gives_all_back()
    {
        var (lease, told) = (new Lease(), new List<int>());
        using (var held = new BufferedBytes(Budget))
        {
            var heldMeanwhile = Work(lease, steps => steps.Do(1, () => Budget.Held));
            Assert.Equal(ResultBytes, await Queue.RunAsync(heldMeanwhile, null, CancellationToken.None, held, new Watcher(told.Add)));
            Assert.Equal([1, 2], told);
            Assert.Equal(ResultBytes, Budget.Held);
        }

        await AssertAllIsBackAsync(lease);
    }

    [Fact]
    public async Task Cancelled_it_stops_before_its_next_step_and_gives_all_back()
    {
        var (lease, caller) = (new Lease(), new CancellationTokenSource());
        var begun = 0;
        using (caller)
        using (var held = new BufferedBytes(Budget))
        {
            var work = Queue.RunAsync(
                Work(lease, steps =>
                {
                    steps.Do(1, () => begun++);
                    return begun++;
                }),
                null, caller.Token, held, new Watcher(_ => caller.Cancel()));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        }

        await AssertAllIsBackAsync(lease);
        Assert.Equal(1, begun);
    }

    [Fact]
    public async Task Cancelled_in_the_line_it_is_never_begun_and_gives_all_back()
    {
        using var end = new ManualResetEventSlim();
        var blocking = new Quote<bool>(Cost.Nothing, _ => end.Wait(TimeSpan.FromMinutes(1), CancellationToken.None));
        var before = Queue.RunAsync(blocking, null, CancellationToken.None);
        var lease = new Lease();
        using (var held = new BufferedBytes(Budget))
        {
            var never = Work(lease, _ => throw new InvalidOperationException("It was begun."));
            var deadline = new Deadline(TimeSpan.FromMilliseconds(1), "this test");
            await Assert.ThrowsAsync<DeadlineExceededException>(() => Queue.RunAsync(never, deadline, CancellationToken.None, held));
        }

        Assert.Equal((true, 0L, 0), (lease.IsEnded, Budget.Held, Queue.Waiting));
        end.Set();
        Assert.True(await before);
    }

    [Fact]
    public async Task What_has_no_room_for_its_answer_gives_all_back()
    {
        var lease = new Lease();
        using (var others = new BufferedBytes(Budget))
        using (var held = new BufferedBytes(Budget))
        {
            others.Set(1_000_000);
            await Assert.ThrowsAsync<BuffersFullException>(() => Queue.RunAsync(Work(lease, _ => 0), null, CancellationToken.None, held));
        }

        await AssertAllIsBackAsync(lease);
    }

    public void Dispose() => _services.Dispose();

    private static Quote<long> Work(Lease lease, Func<Steps, long> compute) =>
        new(new Cost(100, ResultBytes, 2), compute, lease, stepCount: 2);

    /// <summary>The only thread is free for the next, and nothing is held.</summary>
    private async Task AssertAllIsBackAsync(Lease lease)
    {
        Assert.Equal(1, await Queue.RunAsync(new Quote<int>(Cost.Nothing, _ => 1), null, CancellationToken.None));
        Assert.Equal((true, 0L, 0), (lease.IsEnded, Budget.Held, Queue.Waiting));
    }

    private sealed class Lease : IDisposable
    {
        private volatile bool _isEnded;

        public bool IsEnded => _isEnded;

        public void Dispose() => _isEnded = true;
    }

    private sealed class Watcher(Action<int> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value.Done);
    }
}
