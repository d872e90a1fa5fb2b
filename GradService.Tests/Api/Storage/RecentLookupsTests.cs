using GradService.Api.Storage;

namespace GradService.Tests.Api.Storage;

/// <summary>What was looked up lately is not looked up again, and never is older than the last change.</summary>
public sealed class RecentLookupsTests
{
    private readonly RecentLookups _lookups = new();
    private int _reads;

    [Fact]
    public void What_is_there_is_read_once_and_what_is_not_each_time()
    {
        Assert.Equal(("1", "1"), (Find("a", "1"), Find("a", "2")));
        Assert.Equal(1, _reads);
        Assert.Equal((null, null), (Find("b", null), Find("b", null)));
        Assert.Equal(3, _reads);
    }

    [Fact]
    public void A_change_is_seen_by_the_next_who_asks()
    {
        Find("a", "1");
        _lookups.Changed("a");
        Assert.Equal("2", Find("a", "2"));
    }

    [Fact]
    public void What_was_read_before_a_change_and_arrives_after_it_is_not_kept()
    {
        var late = _lookups.Find("a", key =>
        {
            _lookups.Changed(key);
            return "old";
        });
        Assert.Equal(("old", "new"), (late, Find("a", "new")));
    }

    [Fact]
    public void It_does_not_grow_without_end()
    {
        for (var i = 0; i < 30_000; i++)
        {
            Find($"{i}", "x");
        }

        _reads = 0;
        for (var i = 0; i < 30_000; i++)
        {
            Find($"{i}", "x");
        }

        Assert.InRange(_reads, 20_000, 30_000);
    }

    private string? Find(string key, string? value) => _lookups.Find(key, _ =>
    {
        _reads++;
        return value;
    });
}
