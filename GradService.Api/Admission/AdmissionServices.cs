using GradService.Domain;
using Microsoft.Extensions.Options;

namespace GradService.Api.Admission;

/// <summary>Limits and compute threads, from the section "Limits" of the configuration.</summary>
internal static class AdmissionServices
{
    public const string Section = "Limits";

    public static IServiceCollection AddAdmission(this IServiceCollection services)
    {
        services.AddOptions<Limits>().BindConfiguration(Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ComputeOptions>().BindConfiguration(Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ComputeQueue>();
        services.AddSingleton(provider => new GradientService(provider.GetRequiredService<IOptions<Limits>>().Value));
        services.AddSingleton(provider => new ObjectiveService(provider.GetRequiredService<IOptions<Limits>>().Value));
        return services;
    }
}
