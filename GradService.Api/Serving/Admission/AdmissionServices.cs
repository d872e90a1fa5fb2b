using GradService.Api.Serving.Bodies;
using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Measurement;
using GradService.Api.Serving.Queue;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using Microsoft.Extensions.Options;

namespace GradService.Api.Serving.Admission;

/// <summary>The way of requests that compute: limits and threads, from the section "Limits" of the configuration, and what computes, from "Engine".</summary>
internal static class AdmissionServices
{
    public const string Section = "Limits";
    public const string EngineSection = "Engine";

    public static IServiceCollection AddAdmission(this IServiceCollection services)
    {
        services.AddOptions<Limits>().BindConfiguration(Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ComputeOptions>().BindConfiguration(Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<ComputeOptions>, MemoryBounds>();
        services.AddOptions<BodyOptions>().BindConfiguration(BodyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EngineOptions>().BindConfiguration(EngineSection).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ComputeMetrics>().AddSingleton<LongReads>().AddSingleton<RequestBody>().AddSingleton<FindingsHeader>();
        services.AddSingleton<WrittenNumbers>();
        services.AddSingleton<ComputeQueue>().AddSingleton<BufferBudget>().AddSingleton<RequestAdmission>().AddSingleton(_ => new HeapRelease());
        return services;
    }
}
