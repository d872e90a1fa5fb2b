using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace GradService.Api.Hosting.Connections;

/// <summary>Limits of connections, and the end of the service, from the section "Connections" of the configuration.</summary>
internal static class ConnectionServices
{
    /// <summary>What a connection is given before its rate counts.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddConnectionLimits(this IServiceCollection services)
    {
        services.AddOptions<ConnectionOptions>().BindConfiguration(ConnectionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ConnectionOptions>>((kestrel, connections) => Limit(kestrel.Limits, connections.Value));
        services.AddOptions<HostOptions>()
            .Configure<IOptions<ConnectionOptions>>((host, connections) => host.ShutdownTimeout = TimeSpan.FromSeconds(connections.Value.ShutdownSeconds));
        services.AddSingleton<GracefulStop>().AddHostedService(provider => provider.GetRequiredService<GracefulStop>());
        return services;
    }

    /// <summary>Comes behind what writes problems and before all that answers.</summary>
    public static void UseGracefulStop(this WebApplication app)
    {
        var stop = app.Services.GetRequiredService<GracefulStop>();
        app.Use(stop.PassAsync);
    }

    private static void Limit(KestrelServerLimits limits, ConnectionOptions connections)
    {
        limits.MaxConcurrentConnections = Descriptors.ConnectionsAtMost(connections.MaxConnections);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(connections.KeepAliveTimeoutSeconds);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(connections.RequestHeadersTimeoutSeconds);
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = new MinDataRate(connections.MinBytesPerSecond, Grace);
    }
}
