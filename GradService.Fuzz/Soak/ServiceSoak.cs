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
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Clients + 1 }) { BaseAddress = service.Address, Timeout = Patience };
        await ServedNetwork.StoreAsync(client);
        var (tally, samples, period) = (new Tally(), new List<SoakSample>(), time / Rows < LongestPeriod ? time / Rows : LongestPeriod);
        using var stop = new CancellationTokenSource(time);
        var started = Stopwatch.StartNew();
        var clients = Task.WhenAll(Enumerable.Range(0, Clients).Select(number => new SoakClient(client, service.Address, tally, (seed * Clients) + number).RunAsync(stop.Token)));
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
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tally.Answered} requests of seed {seed} by {Clients} clients in {samples.Select(sample => sample.Seconds).LastOrDefault():F0} s, {tally.Broken} failures\n"));
        tally.Write(Console.Out);
        Console.WriteLine("\n| s | requests | resident, MiB | managed, MiB | native, MiB | descriptors | threads | tensors | networks | incoming/ |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
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

    private static string Row(SoakSample sample) => string.Create(CultureInfo.InvariantCulture,
        $"| {sample.Seconds:F0} | {sample.Memory.Requests} | {MiB(sample.Memory.Resident)} | {MiB(sample.Memory.Managed)} | {MiB(sample.Memory.Native)} | {sample.Descriptors} | {sample.Threads} | {sample.Memory.Tensors} | {sample.Networks} | {sample.Incoming} |");

    private static string MiB(double bytes) => (bytes / (1 << 20)).ToString("F1", CultureInfo.InvariantCulture);
}
