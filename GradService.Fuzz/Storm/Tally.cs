using System.Collections.Concurrent;

namespace GradService.Fuzz.Storm;

/// <summary>What came of the requests so far; many add to it at once.</summary>
internal sealed class Tally
{
    private const int MaxShown = 10;

    private readonly ConcurrentDictionary<(string Path, int Status), int> _counts = new();
    private readonly ConcurrentQueue<string> _broken = new();
    private readonly Lock _slowestLock = new();
    private long _answered;
    private int _brokenCount;

    public long Answered => Interlocked.Read(ref _answered);

    public int Broken => _brokenCount;

    /// <summary>The first answers that were not as they must be, with their requests.</summary>
    public IEnumerable<string> FirstBroken => _broken;

    public (TimeSpan Time, string Request) Slowest { get; private set; }

    public void Add(string path, int status, TimeSpan time, Func<string> request, string? broken)
    {
        _counts.AddOrUpdate((path, status), 1, (_, count) => count + 1);
        if (broken is not null && Interlocked.Increment(ref _brokenCount) <= MaxShown)
        {
            _broken.Enqueue($"{broken}\n{request()}");
        }

        lock (_slowestLock)
        {
            if (time > Slowest.Time)
            {
                Slowest = (time, request());
            }
        }

        Interlocked.Increment(ref _answered);
    }

    /// <summary>A row for each path, a column for each status.</summary>
    public void Write(TextWriter to)
    {
        var statuses = _counts.Keys.Select(key => key.Status).Distinct().Order().ToList();
        to.WriteLine($"| path | {string.Join(" | ", statuses)} |");
        to.WriteLine($"| --- | {string.Join(" | ", statuses.Select(_ => "---"))} |");
        foreach (var path in _counts.Keys.Select(key => key.Path).Distinct().Order(StringComparer.Ordinal).Append("all"))
        {
            var counts = _counts.Where(count => path == "all" || count.Key.Path == path).ToList();
            var sums = statuses.Select(status => counts.Where(count => count.Key.Status == status).Sum(count => count.Value));
            to.WriteLine($"| {path} | {string.Join(" | ", sums)} |");
        }
    }
}
