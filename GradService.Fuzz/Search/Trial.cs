using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using GradService.Fuzz.Mutations;
using GradService.Fuzz.Storm;

namespace GradService.Fuzz.Search;

/// <summary>
/// The service, somebody cheap beside, and one candidate at a time, measured. After one that the service does not survive, it is started again.
/// </summary>
internal sealed class Trial : IAsyncDisposable
{
    /// <summary>Beyond this the process is ended before it takes the machine with it.</summary>
    private const double MostResidentBytes = 5e9;

    /// <summary>What the allocator kept of earlier candidates would hide what the next one takes.</summary>
    private const double MostKeptBytes = 600e6;

    /// <summary>How long after the patience of the rules one looks on: what is later is late.</summary>
    private const double MoreSeconds = 1.5;

    /// <summary>However busy the machine is.</summary>
    private const double LongestSeconds = 30;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(350);

    private readonly TimeSpan _deadline;
    private readonly List<double> _cheap = [];
    private Running? _running;
    private double _residentAtStart;

    public Trial(TimeSpan deadline) => _deadline = deadline;

    /// <summary>How long cheap requests took in all trials, seconds.</summary>
    public IReadOnlyCollection<double> Cheap => _cheap;

    /// <summary>How often the service was started.</summary>
    public int Starts { get; private set; }

    /// <summary>The service, what asks it, and the network that is stored in it.</summary>
    private sealed record Running(ServiceUnderStorm Service, HttpClient Client, CheapTraffic Cheap) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Service.Kill();
            await Cheap.DisposeAsync();
            Client.Dispose();
            Service.Dispose();
        }
    }

    /// <summary>Sends it, and waits for its answer and until no thread computes any more, within patience.</summary>
    /// <exception cref="UnsoundCandidateException">It cannot be written out.</exception>
    public async Task<Cost> RunAsync(Candidate candidate)
    {
        var (type, body) = candidate.Template is null ? ("", []) : CandidateBody.Of(candidate);
        var running = await RunningAsync();
        var figures = running.Service.Figures;
        figures.ForgetPeak();
        var before = await MetricsPage.TakeAsync(running.Client);
        var (resident, cpu, began) = (figures.ResidentBytes, figures.CpuSeconds, Stopwatch.GetTimestamp());
        var threadsBefore = figures.ThreadSeconds;
        using var patience = new CancellationTokenSource();
        string? lost = null;
        var answers = Task.WhenAll(Enumerable.Range(0, candidate.Copies).Select(_ => SendAsync(running.Client, candidate, type, body, patience.Token)));
        while (lost is null && !patience.IsCancellationRequested && await Task.WhenAny(answers, Task.Delay(Look)) != answers)
        {
            lost = await WatchAsync(running.Service, began, threadsBefore, patience);
        }

        var answered = await answers;
        while (lost is null && !patience.IsCancellationRequested && await IsComputingAsync(running.Client, patience.Token))
        {
            await Task.Delay(Look);
            lost = await WatchAsync(running.Service, began, threadsBefore, patience);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var waited = lost is null ? Waited(figures, threadsBefore) : 0;
        var cheap = running.Cheap.Since(began);
        _cheap.AddRange(cheap);
        lost ??= Watch(running.Service) ?? await NotReadyAsync(running.Client);
        var cost = new Cost
        {
            Seconds = seconds, WaitedSeconds = waited, HasNoEnd = patience.IsCancellationRequested, CheapSeconds = Percentile.Of(cheap, 0.99), Lost = lost,
            Status = answered.Max(answer => answer.Status), ReadSeconds = answered.Max(answer => answer.ReadSeconds),
            PricedBytes = HeldToRead(type, body) * candidate.Copies,
        };
        cost = await WithFiguresAsync(cost, running, before, resident, cpu);
        if (lost is not null || cost.HasNoEnd)
        {
            await StopAsync();
        }
        else
        {
            await DeleteAsync(running.Client, answered);
        }

        return cost;
    }

    /// <summary>How long cheap requests take where nothing else is asked, seconds: more than usual is the machine's doing.</summary>
    public async Task<double> IdleCheapAsync()
    {
        var running = await RunningAsync();
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(IdleTime);
        return Percentile.Of(running.Cheap.Since(began), 0.99);
    }

    public ValueTask DisposeAsync() => new(StopAsync());

    /// <summary>The next one has a new process.</summary>
    public async Task StopAsync()
    {
        if (_running is { } running)
        {
            _running = null;
            await running.DisposeAsync();
        }
    }

    private async Task<Running> RunningAsync()
    {
        if (_running is { Service.HasEnded: false } && _running.Service.Figures.ResidentBytes - _residentAtStart <= MostKeptBytes)
        {
            return _running;
        }

        await StopAsync();
        Starts++;
        var service = ServiceUnderStorm.StartWithOwnLimits(_deadline);
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = service.Address, Timeout = Timeout.InfiniteTimeSpan };
        (await client.GetAsync(new Uri("/health/ready", UriKind.Relative))).EnsureSuccessStatusCode();
        await ServedNetwork.StoreAsync(client);
        _running = new Running(service, client, new CheapTraffic(service.Address));

        // Once what is only slow the first time is over.
        foreach (var first in FirstRequests)
        {
            await SendAsync(client, first, MutatedRequest.Json, CandidateBody.Of(first).Body, CancellationToken.None);
        }

        _residentAtStart = service.Figures.ResidentBytes;
        return _running;
    }

    private static IEnumerable<Candidate> FirstRequests => SeedCandidates.Good.Where(good => good.Path is "/v1/gradients" or "/v1/figures" or "/v1/objectives");

    /// <returns>The status, 0 without an answer, the id of what was stored, and how long the answer was read.</returns>
    private static async Task<(int Status, string? Stored, double ReadSeconds)> SendAsync(
        HttpClient client, Candidate candidate, string type, byte[] body, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(new HttpMethod(candidate.Method), candidate.Path);
        if (type.Length > 0)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        message.Headers.TryAddWithoutValidation("Accept", candidate.Accept);
        try
        {
            using var answer = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                return ((int)answer.StatusCode, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!["id"], 0);
            }

            var began = Stopwatch.GetTimestamp();
            await answer.Content.CopyToAsync(Stream.Null, cancellation);
            return ((int)answer.StatusCode, null, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return (0, null, 0);
        }
    }

    /// <summary>Looks on, until patience is at an end.</summary>
    private async Task<string?> WatchAsync(
        ServiceUnderStorm service, long began, IReadOnlyDictionary<string, (double Ran, double Waited)> threadsBefore, CancellationTokenSource patience)
    {
        var (lost, seconds) = (Watch(service), Stopwatch.GetElapsedTime(began).TotalSeconds);
        if (lost is not null || (seconds > MostSeconds && (seconds > LongestSeconds || seconds - Waited(service.Figures, threadsBefore) > MostSeconds)))
        {
            await patience.CancelAsync();
        }

        return lost;
    }

    private double MostSeconds => _deadline.TotalSeconds + Verdict.Patience + MoreSeconds;

    /// <summary>How long the thread that ran most has waited for a processor.</summary>
    private static double Waited(ProcessFigures figures, IReadOnlyDictionary<string, (double Ran, double Waited)> before)
    {
        var busiest = figures.ThreadSeconds.MaxBy(thread => thread.Value.Ran - before.GetValueOrDefault(thread.Key).Ran);
        return busiest.Value.Waited - before.GetValueOrDefault(busiest.Key).Waited;
    }

    /// <summary>Why one need not wait any longer; null: one does.</summary>
    private static string? Watch(ServiceUnderStorm service)
    {
        try
        {
            if (service.HasEnded || service.Figures.ResidentBytes is var resident && resident <= MostResidentBytes)
            {
                return service.HasEnded ? "the process ended" : null;
            }

            service.Kill();
            return $"ended by the search at {resident / 1e6:F0} MB";
        }
        catch (IOException)
        {
            return "the process ended";
        }
    }

    private static async Task<bool> IsComputingAsync(HttpClient client, CancellationToken cancellation)
    {
        try
        {
            // Somebody cheap may be computed at the very moment, but not three times in a row.
            for (var look = 0; look < 3; look++)
            {
                if ((await MetricsPage.TakeAsync(client, cancellation)).Counted("gradservice_computing") == 0)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return true;
        }
    }

    private static async Task<string?> NotReadyAsync(HttpClient client)
    {
        using var wait = new CancellationTokenSource(ShortWait);
        try
        {
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), wait.Token);
            return answer.IsSuccessStatusCode ? null : $"not ready: {await answer.Content.ReadAsStringAsync(wait.Token)}";
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return $"no answer of /health/ready: {failure.Message}";
        }
    }

    private static async Task<Cost> WithFiguresAsync(Cost cost, Running running, MetricsPage before, double resident, double cpu)
    {
        using var wait = new CancellationTokenSource(ShortWait);
        try
        {
            var figures = running.Service.Figures;
            cost = cost with { CpuSeconds = figures.CpuSeconds - cpu, Bytes = Math.Max(0, figures.PeakBytes - resident) };

            // The page is made anew after 300 ms at the earliest: before, it would say what it said at the start.
            await Task.Delay(Fresh, wait.Token);
            var after = await MetricsPage.TakeAsync(running.Client, wait.Token);
            double Rose(string metric) => after.Counted(metric) - before.Counted(metric);
            return cost with
            {
                PricedSeconds = Rose("gradservice_priced_work_seconds_total"),
                PricedBytes = cost.PricedBytes + Rose("gradservice_priced_native_bytes_total") + Rose("gradservice_priced_results_bytes_total"),
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return cost;
        }
    }

    /// <summary>
    /// What the service counts for a body while it reads it: of JSON three times its size, and 24 bytes for each number; of
    /// an archive twice its size.
    /// </summary>
    private static double HeldToRead(string type, byte[] body) =>
        type.Contains("json", StringComparison.Ordinal) ? (3.0 * body.Length) + (24.0 * body.AsSpan().Count((byte)',')) : 2.0 * body.Length;

    private static async Task DeleteAsync(HttpClient client, IEnumerable<(int Status, string? Stored, double ReadSeconds)> answers)
    {
        foreach (var id in answers.Select(answer => answer.Stored).OfType<string>().Distinct())
        {
            // One that a name points to stays, and is told so.
            (await client.DeleteAsync(new Uri($"/v1/networks/{id}", UriKind.Relative))).Dispose();
        }
    }
}
