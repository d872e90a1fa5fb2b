using System.Globalization;

namespace GradService.Tests.Laws;

/// <summary>How often each finding was there, and how often it should have been.</summary>
internal sealed class FindingTally
{
    private readonly Dictionary<string, Counts> _counts = [];
    private readonly List<string> _wrong = [];

    /// <summary>Counts one answer. Where the reference cannot decide, nothing is counted.</summary>
    /// <param name="code">The finding.</param>
    /// <param name="expected">Whether it should be there; null: the reference cannot decide.</param>
    /// <param name="found">Whether it was.</param>
    /// <param name="where">The answer, for whoever looks into it.</param>
    public void Add(string code, bool? expected, bool found, string where)
    {
        if (expected is not { } should)
        {
            return;
        }

        var old = _counts.GetValueOrDefault(code) ?? new Counts(0, 0, 0, 0);
        _counts[code] = (should, found) switch
        {
            (true, true) => old with { Found = old.Found + 1 },
            (true, false) => old with { Missed = old.Missed + 1 },
            (false, true) => old with { False = old.False + 1 },
            _ => old with { Silent = old.Silent + 1 },
        };
        if (should != found)
        {
            _wrong.Add($"{code} {(should ? "missed" : "false")}: {where}");
        }
    }

    /// <summary>Fails unless each of the findings was there often enough where it should be, and wrong seldom enough.</summary>
    public void AssertHonest(IEnumerable<string> codes, int least, double most)
    {
        var table = string.Join('\n', codes.Select(code =>
        {
            var counts = _counts.GetValueOrDefault(code) ?? new Counts(0, 0, 0, 0);
            return string.Create(CultureInfo.InvariantCulture,
                $"{code}: {counts.Found} found, {counts.Missed} missed, {counts.False} false, {counts.Silent} rightly silent");
        }));
        Assert.True(codes.All(code => _counts.TryGetValue(code, out var counts) && counts.Found >= least
                && counts.Missed <= most * (counts.Found + counts.Missed) && counts.False <= most * (counts.False + counts.Silent)),
            $"{table}\n{string.Join('\n', _wrong.Take(60))}");
    }

    private sealed record Counts(int Found, int Missed, int False, int Silent);
}
