namespace GradService.Api.Figures;

/// <summary>What drawing needs of the host.</summary>
internal static class FiguresServices
{
    public static IServiceCollection AddFigures(this IServiceCollection services) => services.AddHostedService<FirstFigure>();
}
