using System.Diagnostics;
using System.Globalization;
using GradService.Fuzz.Mutations;

namespace GradService.Fuzz.Storm;

/// <summary>
/// Very many mutated requests to the running service over several connections: every answer must be as it must be, none come later than
/// the deadline, good requests be answered afterwards as before to the bit, and memory not rise over the second half.
/// </summary>
internal static class MutationStorm
{
    private const int Connections = 4;
    private const int Samples = 200;
    private const int Windows = 10;

    /// <summary>Room for some tens of networks: it is full soon, and what is stored does not grow any more.</summary>
    private const long MaxStoredBytes = 200_000;

    /// <summary>What memory may seem to rise by over the second half, beyond what the scatter of the figures explains.</summary>
    private const double MaxGrowth = 4 << 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>How long after the deadline an answer may come from a busy machine.</summary>
    private static readonly TimeSpan Patience = Deadline + TimeSpan.FromSeconds(10);

    /// <returns>0 where all criteria hold, else 1.</returns>
    public static async Task<int> RunAsync(int requests, int seed)
    {
        using var service = ServiceUnderStorm.Start(MaxStoredBytes, Deadline);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Connections + 1 })
        {
            BaseAddress = service.Address,
            Timeout = Patience,
        };
        await ServedNetwork.StoreAsync(client);
        var before = await AnswersAsync(client);
        var (tally, samples, started) = (new Tally(), new List<MemorySample>(), Stopwatch.StartNew());
        for (var sample = 1; sample <= Samples; sample++)
        {
            var (from, to) = ((long)requests * (sample - 1) / Samples, (long)requests * sample / Samples);
            await Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = Connections },
                async (index, _) => await SendAsync(client, seed, index, tally));
            samples.Add(await MemorySample.TakeAsync(client, tally.Answered));
            if (sample % (Samples / Windows) == 0)
            {
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{tally.Answered} requests, {started.Elapsed.TotalSeconds:F0} s, {tally.Broken} broken answers, {MiB(samples[^1].Native)} MiB native"));
            }
        }

        var after = await AnswersAsync(client);
        return Report(requests, seed, started.Elapsed, tally, samples, before.Zip(after).Count(pair => pair.First != pair.Second));
    }

    private static async Task SendAsync(HttpClient client, int seed, long index, Tally tally)
    {
        // Each by its own number, so that any of them can be made again.
        var request = MutatedRequest.Draw(new Random(unchecked((seed * 1_000_003) + (int)index)));
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var message = request.ToMessage();
            using var response = await client.SendAsync(message);
            tally.Add(Family(request.Path), (int)response.StatusCode, Stopwatch.GetElapsedTime(started), request.ToString,
                await AnswerRules.BrokenAsync(request.Path, response));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            tally.Add(Family(request.Path), 0, Stopwatch.GetElapsedTime(started), request.ToString, $"No answer: {failure.Message}");
        }
    }

    /// <summary>Paths that differ by a name alone are told of together.</summary>
    private static string Family(string path) => path.Split('/') switch
    {
        ["", "tesseract", _, var operation] => $"/tesseract/…/{operation}",
        ["", "v1", "names", _] => "/v1/names/…",
        _ => path,
    };

    /// <summary>What good requests are answered, but for what passes.</summary>
    private static async Task<IReadOnlyList<string>> AnswersAsync(HttpClient client)
    {
        var answers = new List<string>();
        foreach (var good in GoodRequest.All)
        {
            using var message = good.Unbroken.ToMessage();
            using var response = await client.SendAsync(message);
            response.EnsureSuccessStatusCode();
            answers.Add(await LastingAnswer.ReadAsync(response));
        }

        return answers;
    }

    private static int Report(int requests, int seed, TimeSpan time, Tally tally, IReadOnlyList<MemorySample> samples, int changed)
    {
        var half = samples.Skip(Samples / 2).ToList();

        // The managed heap where it is lowest, which is right after a full collection; native memory where it is usually.
        var managed = Growth(half, sample => sample.Managed, window => window.Min());
        var native = Growth(half, sample => sample.Native, window => window.Order().ElementAt(window.Length / 2));
        var resident = Growth(half, sample => sample.Resident, window => window.Order().ElementAt(window.Length / 2));
        (string Criterion, string Figure, bool Holds)[] criteria =
        [
            ("every answer a result or a known refusal, no 5xx but a deliberate 503 or 507", $"{tally.Broken} others", tally.Broken == 0),
            ($"no answer later than the deadline of {Deadline.TotalSeconds} s, but for what a busy machine takes",
                $"slowest {tally.Slowest.Time.TotalSeconds:F2} s", tally.Slowest.Time < Patience),
            ($"{GoodRequest.All.Count} good requests answered to the bit as before", $"{changed} differ", changed == 0),
            ("managed memory after collections does not rise over the second half",
                Described(managed) + $", {half[^1].FullCollections - half[0].FullCollections} full collections", managed.IsWithin(MaxGrowth)),
            ("native memory does not rise over the second half", Described(native), native.IsWithin(MaxGrowth)),
            ("resident memory does not rise over the second half", Described(resident), resident.IsWithin(MaxGrowth)),
        ];
        Console.WriteLine($"{requests} requests of seed {seed} over {Connections} connections in {time.TotalSeconds:F0} s\n");
        tally.Write(Console.Out);
        Console.WriteLine("\n| requests | managed, MiB | native, MiB | resident, MiB | tensors |\n| --- | --- | --- | --- | --- |");
        foreach (var sample in samples.Where((_, index) => (index + 1) % (Samples / Windows) == 0))
        {
            Console.WriteLine($"| {sample.Requests} | {MiB(sample.Managed)} | {MiB(sample.Native)} | {MiB(sample.Resident)} | {sample.Tensors} |");
        }

        Console.WriteLine("\n| criterion | figure | holds |\n| --- | --- | --- |");
        foreach (var (criterion, figure, holds) in criteria)
        {
            Console.WriteLine($"| {criterion} | {figure} | {(holds ? "yes" : "NO")} |");
        }

        foreach (var broken in tally.FirstBroken)
        {
            Console.WriteLine($"\n{broken}");
        }

        Console.WriteLine($"\nThe slowest: {(tally.Slowest.Request is { Length: > 1_000 } longest ? longest[..1_000] + "…" : tally.Slowest.Request)}");
        return criteria.All(criterion => criterion.Holds) ? 0 : 1;
    }

    private static Slope Growth(List<MemorySample> samples, Func<MemorySample, double> figure, Func<double[], double> ofWindow) =>
        Slope.Through([.. samples.Chunk(samples.Count / Windows)
            .Select(window => (window.Average(sample => (double)sample.Requests), ofWindow([.. window.Select(figure)])))]);

    private static string Described(Slope slope) => $"{MiB(slope.Growth)} MiB ± {MiB(slope.Error)}";

    private static string MiB(double bytes) => (bytes / (1 << 20)).ToString("F1", CultureInfo.InvariantCulture);
}
