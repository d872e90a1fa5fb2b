using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Tests.Problems;

/// <summary>The doors to the domain without HTTP, each with networks of its own.</summary>
internal static class DomainServices
{
    public static GradientService Gradients(Limits? limits = null, EngineOptions? engine = null) =>
        new(limits ?? new Limits(), Catalog(Networks(limits, engine), limits));

    public static ObjectiveService Objectives(Limits? limits = null) => new(limits ?? new Limits(), Catalog(Networks(limits), limits));

    public static NetworkCache Networks(Limits? limits = null, EngineOptions? engine = null) => new(limits ?? new Limits(), engine ?? new EngineOptions());

    public static NetworkCatalog Catalog(NetworkCache built, Limits? limits = null, INetworkStore? store = null) => new(built, limits ?? new Limits(), store);
}
