using GradService.Api.Figures.Drawing;
using GradService.Api.Figures.Panels;

namespace GradService.Api.Figures;

/// <summary>
/// Draws once, when the service has started and in the background: font and native library are loaded then, and the first to ask
/// for a figure does not wait for them. What goes wrong here goes wrong there, and is told there.
/// </summary>
internal sealed class FirstFigure(IHostApplicationLifetime lifetime) : IHostedService
{
    private static readonly Lazy<byte[]> Drawn = new(static () => FigureCanvas.Draw(
        [
            new CurvesPanel("train, sum", "of the curve")
            {
                X = [0, 1, 2],
                Output = [0, 1, 0],
                Derivatives = [[1, 0, -1]],
                DerivativeName = "dy/dx",
                Turns = [1],
                DerivativeReach = 1,
            },
        ],
        new FigureSpec(),
        CancellationToken.None));

    /// <summary>What is drawn, once in the life of the process.</summary>
    public static byte[] Picture => Drawn.Value;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(static () => Task.Run(static () => Picture));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
