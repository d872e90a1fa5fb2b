namespace GradService.Api.Networks;

/// <summary>What the endpoints of networks need, and what other protocols need of networks.</summary>
internal static class NetworksServices
{
    public static IServiceCollection AddNetworks(this IServiceCollection services) => services
        .AddSingleton<NetworkUpload>().AddSingleton<NetworkIntake>().AddSingleton<ServedNetworks>();
}
