using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;

namespace GradService.Benchmarks;

/// <summary>The door to the domain, with networks of its own.</summary>
internal static class DomainServices
{
    public static GradientService Gradients(Limits? limits = null, EngineOptions? engine = null) =>
        new(limits ?? new Limits(), new NetworkCatalog(new NetworkCache(limits ?? new Limits(), engine ?? new EngineOptions()), limits ?? new Limits()));
}
