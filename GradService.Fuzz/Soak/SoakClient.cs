using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Fuzz.Mutations;
using GradService.Fuzz.Search;
using GradService.Fuzz.Storm;

namespace GradService.Fuzz.Soak;

/// <summary>One of several who ask for everything, upload and delete, and go away in the middle of a sixth of it.</summary>
internal sealed class SoakClient(HttpClient client, Uri address, Tally tally, int seed)
{
    private const int OneAbortedIn = 6;

    /// <summary>An upload that was aborted may be stored all the same, and nobody knows its id.</summary>
    private const int OneTidiedIn = 100;

    private const int MostSamples = 300;

    /// <summary>How long at most somebody waits who then goes away.</summary>
    private const int MostMillisecondsWaited = 50;

    private readonly Random _random = new(seed);
    private readonly Queue<string> _stored = [];
    private int _uploads;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (_random.Next(OneTidiedIn) == 0)
            {
                await TidyAsync();
            }

            var request = Next();
            await (_random.Next(OneAbortedIn) == 0 ? AbortAsync(request) : SendAsync(request));
        }

        while (_stored.TryDequeue(out var id))
        {
            await SendAsync(Deletion(id));
        }
    }

    /// <summary>Deletes what no name points to, whoever stored it; of what a name points to the service says so.</summary>
    private async Task TidyAsync()
    {
        var listed = JsonNode.Parse(await client.GetStringAsync(new Uri("/v1/networks?limit=50", UriKind.Relative)))!["items"]!.AsArray();
        foreach (var id in listed.Select(network => (string)network!["id"]!))
        {
            await SendAsync(Deletion(id));
        }
    }

    private MutatedRequest Next() => _random.Next(10) switch
    {
        0 => Upload(),
        1 when _stored.TryDequeue(out var id) => Deletion(id),
        2 => MutatedRequest.Draw(_random),
        _ => Written(SeedCandidates.Good[_random.Next(SeedCandidates.Good.Count)]),
    };

    private MutatedRequest Written(Candidate candidate)
    {
        var (samples, arrays) = (_random.Next(1, _random.Next(2, MostSamples)), (ArrayForm)_random.Next(candidate.TakesArchive ? 3 : 2));
        var drawn = candidate with { Samples = samples, Arrays = arrays };
        var (type, body) = drawn.Template is null ? ("", []) : CandidateBody.Of(drawn);
        return new MutatedRequest(drawn.Method, drawn.Path, type, drawn.Accept, body);
    }

    /// <summary>One that nobody has stored before, as JSON, as a form with a safetensors file, or as an archive.</summary>
    private MutatedRequest Upload()
    {
        var width = _random.Next(1, 60);
        var weights = string.Join(',', Enumerable.Range(0, width).Select(index => $"[{seed}.{_uploads}{index}]"));
        var json = $$"""
            {
              "network": {
                "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": {{width}}, "bias": false }],
                "parameters": { "0.weight": [{{weights}}] }
              }
            }
            """;
        _uploads++;
        var (type, body) = _random.Next(3) switch
        {
            0 => (MutatedRequest.Json, Encoding.UTF8.GetBytes(json)),
            1 => (FormMutation.ContentType, FormMutation.Of(json)),
            _ => (MutatedRequest.Npz, RequestArchive.Packed(RequestArchive.MembersOf(json), CompressionLevel.Fastest)),
        };
        return new MutatedRequest("POST", "/v1/networks", type, MutatedRequest.Json, body);
    }

    private static MutatedRequest Deletion(string id) => new("DELETE", $"/v1/networks/{id}", "", MutatedRequest.Json, []);

    private async Task SendAsync(MutatedRequest request)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var message = request.Body.Length == 0 ? new HttpRequestMessage(new HttpMethod(request.Method), request.Path) : request.ToMessage();
            message.Headers.TryAddWithoutValidation("Accept", request.Accept);
            using var answer = await client.SendAsync(message);
            var status = (int)answer.StatusCode;
            if (status == 201 && request.Path == "/v1/networks")
            {
                _stored.Enqueue((string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!);
            }

            var failed = status >= 500 && status is not (503 or 507);
            tally.Add(Family(request), status, Stopwatch.GetElapsedTime(started), request.ToString, failed ? $"Status {status}." : null);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            tally.Add(Family(request), 0, Stopwatch.GetElapsedTime(started), request.ToString, $"No answer: {failure.Message}");
        }
    }

    /// <summary>Closes the connection in the middle of sending, or while it waits.</summary>
    private async Task AbortAsync(MutatedRequest request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port);

        // No farewell: the other end learns of it from a reset.
        connection.LingerState = new LingerOption(true, 0);
        var stream = connection.GetStream();
        var type = request.Body.Length > 0 ? $"Content-Type: {request.ContentType}\r\n" : "";
        var (line, host) = ($"{request.Method} {request.Path} HTTP/1.1", $"Host: {address.Authority}");
        var head = $"{line}\r\n{host}\r\nAccept: {request.Accept}\r\n{type}Content-Length: {request.Body.Length}\r\n\r\n";
        byte[] all = [.. Encoding.Latin1.GetBytes(head), .. request.Body];
        var isWhole = _random.Next(2) == 0;
        try
        {
            await stream.WriteAsync(all.AsMemory(0, isWhole ? all.Length : _random.Next(1, all.Length)));
        }
        catch (IOException)
        {
            // Refused before it was all there.
        }

        await Task.Delay(_random.Next(MostMillisecondsWaited));
        tally.Add("aborted", 0, TimeSpan.Zero, () => "", null);
    }

    private static string Family(MutatedRequest request) => $"{request.Method} {request.Path.Split('/') switch
    {
        ["", "tesseract", _, var operation] => $"/tesseract/…/{operation}",
        ["", "v1", "networks", _] => "/v1/networks/…",
        ["", "v1", "networks", _, var part] => $"/v1/networks/…/{part}",
        ["", "v1", "names", _] => "/v1/names/…",
        _ => request.Path,
    }}";
}
