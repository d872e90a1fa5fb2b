using System.Diagnostics;
using System.Globalization;

namespace GradService.Fuzz.Search;

/// <summary>
/// Looks by itself for requests that take more than they were priced at: one candidate at a time, the worst of each cell are kept and
/// changed further. What breaks a rule is tried again, made smaller, and written to a file.
/// </summary>
internal sealed class WorstCaseSearch : IAsyncDisposable
{
    private const int MostFindingsOfARule = 2;
    private const int MinimisingTrials = 8;

    /// <summary>One that ends the service takes ten seconds a trial.</summary>
    private static readonly TimeSpan MinimisingTime = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(10);

    private readonly Random _random;
    private readonly Trial _trial = new(Deadline);
    private readonly Archive _archive = new();
    private readonly SortedDictionary<string, CellTally> _tallies = new(StringComparer.Ordinal);
    private readonly List<Finding> _findings = [];
    private readonly string _folder;
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private TimeSpan _lastTold;
    private int _tried;

    private WorstCaseSearch(int seed, string folder) => (_random, _folder) = (new Random(seed), folder);

    /// <param name="time">How long.</param>
    /// <param name="seed">Of the mutations; what they come to depends on how long things take.</param>
    /// <param name="withKnown">Whether to begin with what was bad once, beside the good requests.</param>
    /// <param name="folder">Where findings are written; null: a new one among the temporary files.</param>
    /// <returns>0 where nothing was found, else 1.</returns>
    public static async Task<int> RunAsync(TimeSpan time, int seed, bool withKnown, string? folder)
    {
        folder ??= Directory.CreateTempSubdirectory("gradservice-findings-").FullName;
        Directory.CreateDirectory(folder);
        await using var search = new WorstCaseSearch(seed, folder);
        await search.SearchAsync(time, withKnown);
        search.Report(seed);
        return search._findings.Count == 0 ? 0 : 1;
    }

    /// <summary>One finding again.</summary>
    /// <returns>0 where it breaks no rule any more, else 1.</returns>
    public static async Task<int> ReplayAsync(string file)
    {
        await using var trial = new Trial(Deadline);
        var cost = await trial.RunAsync(Finding.Read(file));
        Console.WriteLine(cost);
        var broken = Verdict.Of(cost, Deadline.TotalSeconds).ToList();
        broken.ForEach(each => Console.WriteLine($"{each.Rule}: {each.Figure}"));
        return broken.Count == 0 ? 0 : 1;
    }

    public ValueTask DisposeAsync() => _trial.DisposeAsync();

    private async Task SearchAsync(TimeSpan time, bool withKnown)
    {
        foreach (var seed in withKnown ? SeedCandidates.Known.Concat(SeedCandidates.Good) : SeedCandidates.Good)
        {
            await TryAsync(seed);
            if (_time.Elapsed >= time)
            {
                return;
            }
        }

        while (_time.Elapsed < time)
        {
            await TryAsync(CandidateMutation.Mutate(Draw(), Draw(), _random));
        }
    }

    private Candidate Draw() => _archive.Draw(_random, cell => _tallies[cell].Findings > 0);

    private async Task TryAsync(Candidate candidate)
    {
        var cost = await CostAsync(candidate);
        if (cost is null)
        {
            return;
        }

        _tried++;
        var tally = _tallies.TryGetValue(candidate.Cell, out var known) ? known : _tallies[candidate.Cell] = new CellTally();
        tally.Add(cost);
        var broken = Verdict.Of(cost, Deadline.TotalSeconds).ToList();
        foreach (var rule in broken.Select(each => each.Rule).Where(rule => !IsKnown(candidate.Cell, rule)))
        {
            await FoundAsync(candidate, rule, tally);
        }

        // What breaks a rule is known; what nearly does leads to others.
        if (broken.Count == 0)
        {
            _archive.Add(candidate, Measure.Time, cost.Score(Measure.Time));
            _archive.Add(candidate, Measure.Memory, cost.Score(Measure.Memory));
        }

        if (_time.Elapsed - _lastTold >= Told)
        {
            _lastTold = _time.Elapsed;
            var seconds = _time.Elapsed.TotalSeconds;
            Tell($"{seconds:F0} s, {_tried} tried, {_tallies.Count} cells, {_findings.Count} findings, {_trial.Starts} starts; {candidate.Cell}");
        }
    }

    private bool IsKnown(string cell, Rule rule) => _findings.Count(finding => finding.Rule == rule && finding.Cell == cell) >= MostFindingsOfARule;

    private async Task FoundAsync(Candidate candidate, Rule rule, CellTally tally)
    {
        async Task<string?> BreaksAsync(Candidate each)
        {
            if (rule == Rule.Memory)
            {
                // What heap and allocator kept of the first time would be taken for nothing.
                await _trial.StopAsync();
            }

            return await CostAsync(each) is { } cost ? Verdict.Of(cost, Deadline.TotalSeconds).FirstOrDefault(broken => broken.Rule == rule).Figure : null;
        }

        // Once may be a busy machine.
        var until = _time.Elapsed + MinimisingTime;
        if (await BreaksAsync(candidate) is not { } again || (rule == Rule.Starved && await _trial.IdleCheapAsync() > Verdict.MostCheapSeconds / 2))
        {
            return;
        }

        async Task<string?> BreaksInTimeAsync(Candidate each) => _time.Elapsed < until ? await BreaksAsync(each) : null;
        var (smallest, said) = await Minimisation.SmallestAsync(candidate, again, BreaksInTimeAsync, MinimisingTrials);
        var finding = new Finding(smallest, candidate.Cell, rule, said);
        _findings.Add(finding);
        tally.Findings++;
        finding.Write(FileOf(finding, _findings.Count));
        Tell($"FOUND {rule}, {candidate.Cell}: {said}");
    }

    private async Task<Cost?> CostAsync(Candidate candidate)
    {
        try
        {
            return await _trial.RunAsync(candidate);
        }
        catch (UnsoundCandidateException)
        {
            return null;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            // It ended between two steps of measuring.
            await _trial.StopAsync();
            return new Cost { Lost = failure.Message };
        }
    }

    private string FileOf(Finding finding, int number) =>
        Path.Combine(_folder, Text($"{number:D3}-{finding.Rule}-{finding.Cell.Replace('/', '-').Replace(' ', '-')}.json"));

    private void Report(int seed)
    {
        Console.WriteLine(Text($"{_tried} candidates of seed {seed} in {_time.Elapsed.TotalSeconds:F0} s, {_trial.Starts} starts of the service\n"));
        Console.WriteLine("| asked | tried | answered | processor time / priced | memory / priced | findings |\n| --- | --- | --- | --- | --- | --- |");
        foreach (var (cell, tally) in _tallies)
        {
            Console.WriteLine(Text($"| {cell} | {tally.Tried} | {tally.Answered} | {tally.TimeRatio:F1} | {tally.MemoryRatio:F1} | {tally.Findings} |"));
        }

        var cheap = _trial.Cheap;
        var (middle, most, longest) = (1e3 * Percentile.Of(cheap, 0.5), 1e3 * Percentile.Of(cheap, 0.99), 1e3 * Percentile.Of(cheap, 1));
        Console.WriteLine(Text($"\nCheap requests: {cheap.Count}, p50 {middle:F1} ms, p99 {most:F1} ms, max {longest:F0} ms\n"));
        Console.WriteLine("| rule | asked | figure | file |\n| --- | --- | --- | --- |");
        foreach (var (finding, index) in _findings.Select((finding, index) => (finding, index)))
        {
            Console.WriteLine($"| {finding.Rule} | {finding.Cell} | {finding.Figure} | {FileOf(finding, index + 1)} |");
        }

        Console.WriteLine($"\n{_findings.Count} findings in {_folder}");
    }

    private static void Tell(FormattableString text) => Console.Error.WriteLine(Text(text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
