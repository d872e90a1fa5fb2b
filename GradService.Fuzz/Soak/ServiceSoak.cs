using System.Diagnostics;
using System.Globalization;
using GradService.Fuzz.Mutations;
using GradService.Fuzz.Storm;

namespace GradService.Fuzz.Soak;

/// <summary>Eight clients who ask for everything for as long as one likes: what the service holds must be level over the second half.</summary>
internal static class ServiceSoak
{
    private const int Clients = 8;
    private const int Rows = 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = Deadline + TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(10);

    /// <returns>0 where all is level and nothing failed, else 1.</returns>
    public static async Task<int> RunAsync(TimeSpan time, int seed)
    {
        using var service = ServiceUnderStorm.StartWithOwnLimits(Deadline);
        using var handler = new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Clients + 1 };
        using var client = new HttpClient(handler) { BaseAddress = service.Address, Timeout = Patience };
        await ServedNetwork.StoreAsync(client);
        var (tally, samples, period) = (new Tally(), new List<SoakSample>(), time / Rows < LongestPeriod ? time / Rows : LongestPeriod);
        using var stop = new CancellationTokenSource(time);
        var started = Stopwatch.StartNew();
        var clients = Task.WhenAll(Enumerable.Range(seed * Clients, Clients)
            .Select(own => new SoakClient(client, service.Address, tally, own).RunAsync(stop.Token)));
        while (await Task.WhenAny(clients, Task.Delay(period)) != clients && !service.HasEnded && !stop.IsCancellationRequested)
        {
            samples.Add(await SoakSample.TakeAsync(service, client, started.Elapsed.TotalSeconds, tally.Answered));
            await Console.Error.WriteLineAsync(Row(samples[^1]));
        }

        await clients;
        return Report(seed, tally, samples);
    }

    private static int Report(int seed, Tally tally, List<SoakSample> samples)
    {
        Console.WriteLine($"{tally.Answered} requests of seed {seed} by {Clients} clients, {tally.Broken} failures\n");
        tally.Write(Console.Out);
        Console.WriteLine("\n| s | requests | resident, MiB | managed, MiB | native, MiB | descriptors | threads | tensors | networks | incoming/ |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var row in Enumerable.Range(1, Math.Min(Rows, samples.Count)).Select(row => (row * samples.Count / Math.Min(Rows, samples.Count)) - 1))
        {
            Console.WriteLine(Row(samples[row]));
        }

        if (samples.Count < SoakVerdict.FewestSamples)
        {
            Console.WriteLine($"\n{samples.Count} samples: too few to say whether anything rises.");
            return 1;
        }

        Console.WriteLine("\n| over the second half | rises by | level |\n| --- | --- | --- |");
        var verdict = SoakVerdict.Of(samples).ToList();
        foreach (var (name, rise, isLevel) in verdict)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {rise.Growth:F1} ± {rise.Error:F1} | {(isLevel ? "yes" : "NO")} |"));
        }

        foreach (var broken in tally.FirstBroken)
        {
            Console.WriteLine($"\n{(broken.Length > 1_000 ? broken[..1_000] + "…" : broken)}");
        }

        return tally.Broken == 0 && verdict.TrueForAll(each => each.IsLevel) ? 0 : 1;
    }

    private static string Row(SoakSample sample)
    {
        var memory = sample.Memory;
        FormattableString text = $"| {sample.Seconds:F0} | {memory.Requests} | {MiB(memory.Resident)} | {MiB(memory.Managed)} | {MiB(memory.Native)} ";
        FormattableString more = $"| {sample.Descriptors} | {sample.Threads} | {memory.Tensors} | {sample.Networks} | {sample.Incoming} |";
        return FormattableString.Invariant(text) + FormattableString.Invariant(more);
    }

    private static string MiB(double bytes) => (bytes / (1 << 20)).ToString("F1", CultureInfo.InvariantCulture);
}
