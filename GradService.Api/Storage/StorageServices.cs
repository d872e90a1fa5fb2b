using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Measurement;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GradService.Api.Storage;

/// <summary>Where networks are stored, and the catalog that requests have them from.</summary>
internal static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new NetworkStore(provider.GetRequiredService<IOptions<StorageOptions>>(),
            provider.GetRequiredService<ILogger<NetworkStore>>(), provider.GetRequiredService<TimeProvider>())
        {
            Patience = TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<ComputeOptions>>().Value.DeadlineSeconds),
        });
        services.AddSingleton<IMeasured, StorageMetrics>();
        services.AddHostedService<StorageOpening>();
        services.AddSingleton(provider => new NetworkCache(LimitsOf(provider), provider.GetRequiredService<IOptions<EngineOptions>>().Value));
        services.AddSingleton(provider =>
            new NetworkCatalog(provider.GetRequiredService<NetworkCache>(), LimitsOf(provider), provider.GetRequiredService<NetworkStore>()));
        return services;
    }

    private static Limits LimitsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<Limits>>().Value;
}
