namespace GradService.Api.Hosting.Preparation;

/// <summary>What is made ready once the service listens; features add what is theirs.</summary>
internal static class PreparationServices
{
    public static IServiceCollection AddPreparation(this IServiceCollection services) => services.AddHostedService<LibTorchLoading>();
}
