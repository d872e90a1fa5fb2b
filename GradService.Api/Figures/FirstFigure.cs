using GradService.Api.Figures.Drawing;
using GradService.Api.Figures.Panels;
using GradService.Api.Hosting.Preparation;

namespace GradService.Api.Figures;

/// <summary>Draws once ahead of the first request: font and native library are loaded then.</summary>
internal sealed class FirstFigure(IHostApplicationLifetime lifetime, ILogger<FirstFigure> logger) : DeferredPreparation(lifetime, logger)
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

    protected override void Prepare() => _ = Picture;
}
