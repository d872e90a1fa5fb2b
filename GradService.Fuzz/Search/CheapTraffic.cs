using System.Diagnostics;
using System.Text;

namespace GradService.Fuzz.Search;

/// <summary>Somebody else who asks for little at a steady pace, whether the last answer is there or not.</summary>
internal sealed class CheapTraffic : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private static readonly byte[] Request = Encoding.UTF8.GetBytes("""
        {
          "network": {
            "inputShape": [1],
            "layers": [
              { "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, { "type": "batchNorm", "affine": false }, { "type": "linear", "outFeatures": 1 }
            ],
            "seed": 1
          },
          "inputs": [[0], [0.1], [0.2], [0.3], [0.4], [0.5], [0.6], [0.7], [0.8], [0.9]],
          "gradient": { "kind": "sum" }
        }
        """);

    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<(long Sent, double Seconds)> _answered = [];
    private readonly HashSet<long> _waiting = [];
    private readonly Task _sending;

    public CheapTraffic(Uri address)
    {
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _sending = SendAsync();
    }

    /// <summary>How long each took that was sent since a timestamp, seconds; of those without an answer, how long they have waited.</summary>
    public IReadOnlyList<double> Since(long timestamp)
    {
        lock (_lock)
        {
            var answered = _answered.Where(each => each.Sent >= timestamp).Select(each => each.Seconds);
            return [.. answered, .. _waiting.Where(sent => sent >= timestamp).Select(sent => Stopwatch.GetElapsedTime(sent).TotalSeconds)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sending;
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync()
    {
        using var timer = new PeriodicTimer(Pace);
        var asked = new List<Task>();
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                asked.RemoveAll(each => each.IsCompleted);
                asked.Add(AskAsync());
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever has no answer yet goes away too.
            await Task.WhenAll(asked);
        }
    }

    private async Task AskAsync()
    {
        var sent = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            _waiting.Add(sent);
        }

        try
        {
            using var content = new ByteArrayContent(Request);
            content.Headers.ContentType = new("application/json");
            using var answer = await _client.PostAsync(new Uri("/v1/gradients", UriKind.Relative), content, _stop.Token);
            await answer.Content.ReadAsByteArrayAsync(_stop.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            // Where the service has ended the search says so; here it is one who waited for nothing.
        }

        lock (_lock)
        {
            _waiting.Remove(sent);
            if (!_stop.IsCancellationRequested)
            {
                _answered.Add((sent, Stopwatch.GetElapsedTime(sent).TotalSeconds));
            }
        }
    }
}
