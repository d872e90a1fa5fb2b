using GradService.Api.Serving.Queue;
using GradService.Api.Serving.Refusals;
using GradService.Domain.Budget;
using GradService.Domain.Faults;

namespace GradService.Tests.Api.Serving.Queue;

/// <summary>Who is computed next, asked without threads: the line alone decides.</summary>
public sealed class WaitingLineTests
{
    private const long Memory = 1600;

    private static readonly Cost Short = new(1, 0, 1_000);
    private static readonly Cost Long = new(1, 0, long.MaxValue / 1_000);

    [Fact]
    public void Those_of_a_kind_are_taken_in_order_of_arrival()
    {
        foreach (var price in new[] { Short, Long })
        {
            var line = new WaitingLine(1, 64, Memory);
            var places = Enter(line, Enumerable.Repeat(price, 10));
            foreach (var place in places)
            {
                Assert.Same(place, line.TryTake());
                line.End(place, TimeSpan.Zero);
            }
        }
    }

    [Fact]
    public void On_one_thread_short_and_long_ones_take_turns_whoever_came_first()
    {
        var line = new WaitingLine(1, 64, Memory);
        Enter(line, Enumerable.Repeat(Long, 3).Concat(Enumerable.Repeat(Short, 3)));
        Assert.Equal([false, true, false, true, false, true], Taken(line, 6));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(8, 7)]
    [InlineData(1, 1)]
    public void Of_two_threads_and_more_one_is_left_to_short_ones(int threads, int longAtOnce)
    {
        var line = new WaitingLine(threads, 64, Memory);
        Enter(line, Enumerable.Repeat(Long, 20));
        var running = new List<Place>();
        while (line.TryTake() is { } place)
        {
            running.Add(place);
        }

        Assert.Equal(longAtOnce, running.Count);
        Enter(line, [Short]);
        Assert.True(line.TryTake()!.IsShort);
        line.End(running[0], TimeSpan.Zero);
        Assert.False(line.TryTake()!.IsShort);
    }

    [Fact]
    public void The_smallest_go_before_other_short_ones_but_not_for_ever()
    {
        var line = new WaitingLine(1, 1_000, Memory);
        var quarters = Enter(line, Enumerable.Repeat(Short with { Work = 250_000_000 }, 2));
        var smallest = Enter(line, Enumerable.Repeat(Short, 100));
        var taken = new List<Place>();
        while (line.TryTake() is { } place)
        {
            taken.Add(place);
            line.End(place, TimeSpan.Zero);
        }

        Assert.Equal([.. smallest.Take(64), quarters[0], .. smallest.Skip(64), quarters[1]], taken);
        Assert.All(taken, place => Assert.True(place.IsShort));
        Assert.False(Enter(line, [Short with { Work = 250_000_001 }])[0].IsShort);
    }

    [Fact]
    public void Whose_answer_takes_long_to_write_is_long()
    {
        var line = new WaitingLine(2, 64, Memory);
        var places = Enter(line, [Short with { Writing = 250_000_000 - Short.Work }, Short with { Writing = 250_000_000 }]);
        Assert.Equal([true, false], places.Select(place => place.IsShort));
    }

    [Fact]
    public void What_does_not_fit_waits_until_others_have_ended()
    {
        var line = new WaitingLine(4, 64, Memory);
        var places = Enter(line, [Short with { NativeBytes = 1000 }, Short with { NativeBytes = 700 }]);
        Assert.Same(places[0], line.TryTake());
        Assert.Equal(1000, line.Reserved);
        Assert.Null(line.TryTake());
        line.End(places[0], TimeSpan.Zero);
        Assert.Same(places[1], line.TryTake());
        line.End(places[1], TimeSpan.Zero);
        Assert.Equal(0, line.Reserved);
    }

    [Fact]
    public void What_would_never_fit_is_refused_with_the_limit_and_its_own_size()
    {
        var line = new WaitingLine(4, 64, Memory);
        var fault = Assert.Single(Assert.Throws<FaultException>(() => Enter(line, [Short with { NativeBytes = Memory + 1 }])).Faults);
        Assert.Equal(FaultCode.TooLarge, fault.Code);
        Assert.Equal("Expected at most 1600 bytes of tensors at once, as estimated, for all requests together (limit MaxTotalNativeBytes), got 1601 for this "
            + "one. Send fewer samples or use narrower layers.", fault.Message);
        Enter(line, [Short with { NativeBytes = Memory }]);
        Assert.NotNull(line.TryTake());
    }

    [Fact]
    public void Who_waits_for_memory_is_overtaken_a_bounded_number_of_times()
    {
        var line = new WaitingLine(2, 1_000, Memory);
        var holder = Enter(line, [Short with { NativeBytes = 100 }])[0];
        Assert.Same(holder, line.TryTake());
        var whole = Enter(line, [Long with { NativeBytes = Memory }])[0];
        Enter(line, Enumerable.Repeat(Short with { NativeBytes = 50 }, 500));
        var overtakes = 0;
        while (line.TryTake() is { } place)
        {
            line.End(place, TimeSpan.Zero);
            overtakes++;
        }

        Assert.Equal(64, overtakes);
        line.End(holder, TimeSpan.Zero);
        Assert.Same(whole, line.TryTake());
        line.End(whole, TimeSpan.Zero);
        Assert.True(line.TryTake()!.IsShort);
    }

    [Fact]
    public void Memory_that_is_stuck_keeps_no_short_one_waiting_for_a_long_one()
    {
        var line = new WaitingLine(2, 1_000, Memory);
        var stuck = Enter(line, [Long with { NativeBytes = 1_000 }])[0];
        Assert.Same(stuck, line.TryTake());
        Assert.True(line.GiveUpThread(stuck));
        Assert.False(line.GiveUpThread(stuck));
        var waiting = Enter(line, [Long with { NativeBytes = 1_000 }])[0];
        Enter(line, Enumerable.Repeat(Short, 200));
        Assert.All(Taken(line, 200), Assert.True);
        Assert.Null(line.TryTake());
        Assert.False(line.End(stuck, TimeSpan.Zero));
        Assert.Same(waiting, line.TryTake());
    }

    [Fact]
    public void A_short_one_that_waits_for_memory_is_not_overtaken_by_long_ones()
    {
        var line = new WaitingLine(4, 64, Memory);
        var holders = Enter(line, Enumerable.Repeat(Long with { NativeBytes = 790 }, 2));
        Assert.Equal(holders, [line.TryTake()!, line.TryTake()!]);
        Enter(line, [Long with { NativeBytes = 15 }, Short with { NativeBytes = 80 }]);
        Assert.Null(line.TryTake());
        line.End(holders[0], TimeSpan.Zero);
        Assert.Equal([true, false], new[] { line.TryTake()!, line.TryTake()! }.Select(place => place.IsShort));
    }

    [Fact]
    public void When_all_places_are_taken_the_next_is_refused_and_long_ones_leave_a_quarter_to_short_ones()
    {
        var line = new WaitingLine(1, 8, Memory);
        Enter(line, Enumerable.Repeat(Long, 6));
        line.RefuseIfFull();
        Assert.Throws<QueueFullException>(() => Enter(line, [Long]));
        var last = Enter(line, Enumerable.Repeat(Short, 2))[^1];
        Assert.Throws<QueueFullException>(() => Enter(line, [Short]));
        Assert.Throws<QueueFullException>(line.RefuseIfFull);
        Assert.True(line.GiveUp(last));
        Assert.False(line.GiveUp(last));
        Assert.Equal(7, line.Waiting);
        Enter(line, [Short]);
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(3, 2)]
    public void When_to_try_again_is_estimated_from_what_waits_and_from_the_pace_so_far(int threads, int seconds)
    {
        var line = new WaitingLine(threads, 3, Memory);
        var second = Long with { Work = 1_000_000_000 };
        Assert.Equal(1, RetryAfter(line, second));

        // Each took twice as long as it was priced at, so those that wait will as well.
        while (line.TryTake() is { } place)
        {
            line.End(place, TimeSpan.FromSeconds(2));
        }

        Assert.Equal(seconds, RetryAfter(line, second));
    }

    private static int? RetryAfter(WaitingLine line, Cost price) =>
        Assert.Throws<QueueFullException>(() => Enter(line, Enumerable.Repeat(price, 4))).RetryAfterSeconds;

    private static List<Place> Enter(WaitingLine line, IEnumerable<Cost> prices) => [.. prices.Select(price =>
    {
        var place = new Place(price, () => () => { });
        line.Enter(place);
        return place;
    })];

    /// <summary>Whether short ones were taken, one after another.</summary>
    private static List<bool> Taken(WaitingLine line, int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var place = line.TryTake()!;
        line.End(place, TimeSpan.Zero);
        return place.IsShort;
    })];
}
