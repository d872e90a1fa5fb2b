using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api;

/// <summary>A connection that sends what no client would: half a request, or nothing.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TcpClient _client = new();

    private RawConnection()
    {
    }

    public static async Task<RawConnection> OpenAsync(Uri service)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(service.Host, service.Port);
        return connection;
    }

    public async Task SendAsync(string text) => await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether all of the text could be sent, before the other side had closed.</summary>
    public async Task<bool> TrySendAsync(string text)
    {
        try
        {
            await SendAsync(text);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>All that comes until the other side closes, by a reset too.</summary>
    public Task<string> ReadToEndAsync() => ReadAsync(until: null);

    /// <summary>What comes up to some words.</summary>
    public Task<string> ReadToAsync(string words) => ReadAsync(words);

    public void Dispose() => _client.Dispose();

    /// <summary>Status and JSON of an answer in HTTP/1.0, which has its body in one piece.</summary>
    public static (int Status, JsonNode Body) Read(string answer)
    {
        var parts = answer.Split("\r\n\r\n", 2);
        return (int.Parse(parts[0].Split(' ')[1], CultureInfo.InvariantCulture), JsonNode.Parse(parts[1])!);
    }

    private async Task<string> ReadAsync(string? until)
    {
        using var patience = new CancellationTokenSource(Patience);
        var (buffer, text) = (new byte[4096], new StringBuilder());
        try
        {
            while ((until is null || !text.ToString().Contains(until, StringComparison.Ordinal))
                && await _client.GetStream().ReadAsync(buffer, patience.Token) is > 0 and var read)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // A reset.
        }

        return text.ToString();
    }
}
