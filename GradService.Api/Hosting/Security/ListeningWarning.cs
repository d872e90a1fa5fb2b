using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace GradService.Api.Hosting.Security;

/// <summary>Warns, once the service listens, where others than this machine reach it without a key.</summary>
internal static partial class ListeningWarning
{
    public static void WarnOfListeningWithoutKeys(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var open = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.Where(address => !IsLoopback(address)).ToList()
            ?? [];
        if (open.Count > 0)
        {
            LogOpen(app.Logger, string.Join(", ", open));
        }
    });

    /// <summary>Whether only this machine reaches an address such as http://127.0.0.1:5080; "+" and "*" stand for all of its addresses.</summary>
    public static bool IsLoopback(string address)
    {
        var parsed = BindingAddress.Parse(address);
        return parsed.IsUnixPipe || parsed.IsNamedPipe || parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(parsed.Host, out var ip) && IPAddress.IsLoopback(ip));
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Listening on {Addresses}, beyond this machine, and no API key is configured: whoever reaches it is answered. Configure ApiKeys, "
            + "or see that only a proxy or this machine reaches it.")]
    private static partial void LogOpen(ILogger logger, string addresses);
}
