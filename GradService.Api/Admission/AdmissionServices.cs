using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;
using Microsoft.Extensions.Options;

namespace GradService.Api.Admission;

/// <summary>Limits and compute threads, from the section "Limits" of the configuration, and what computes, from "Engine".</summary>
internal static class AdmissionServices
{
    public const string Section = "Limits";
    public const string EngineSection = "Engine";

    public static IServiceCollection AddAdmission(this IServiceCollection services)
    {
        services.AddOptions<Limits>().BindConfiguration(Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ComputeOptions>().BindConfiguration(Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<ComputeOptions>, MemoryBounds>();
        services.AddOptions<EngineOptions>().BindConfiguration(EngineSection).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ComputeQueue>().AddSingleton<BufferBudget>().AddSingleton<RequestAdmission>().AddSingleton(_ => new HeapRelease());
        services.AddSingleton(provider => new NetworkCache(LimitsOf(provider), provider.GetRequiredService<IOptions<EngineOptions>>().Value));
        services.AddSingleton(provider => new GradientService(LimitsOf(provider), provider.GetRequiredService<NetworkCatalog>()));
        services.AddSingleton(provider => new ObjectiveService(LimitsOf(provider), provider.GetRequiredService<NetworkCatalog>()));
        services.AddHostedService<LibTorchLoading>();
        return services;
    }

    private static Limits LimitsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<Limits>>().Value;
}
