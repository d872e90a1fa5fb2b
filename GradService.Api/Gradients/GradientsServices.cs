using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using Microsoft.Extensions.Options;

namespace GradService.Api.Gradients;

/// <summary>What computes gradients.</summary>
internal static class GradientsServices
{
    public static IServiceCollection AddGradients(this IServiceCollection services) => services.AddSingleton(provider =>
        new GradientService(provider.GetRequiredService<IOptions<Limits>>().Value, provider.GetRequiredService<NetworkCatalog>()));
}
