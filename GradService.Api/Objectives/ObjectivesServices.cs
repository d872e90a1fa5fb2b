using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Objectives;
using Microsoft.Extensions.Options;

namespace GradService.Api.Objectives;

/// <summary>What computes objectives.</summary>
internal static class ObjectivesServices
{
    public static IServiceCollection AddObjectives(this IServiceCollection services) => services.AddSingleton(provider =>
        new ObjectiveService(provider.GetRequiredService<IOptions<Limits>>().Value, provider.GetRequiredService<NetworkCatalog>()));
}
