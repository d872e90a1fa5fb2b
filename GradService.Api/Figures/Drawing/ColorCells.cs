using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>A map of equal cells over the whole plot, from above. ScottPlot's own refuses a map on which nothing can be shown.</summary>
/// <param name="cells">From 0 to 1 by row and column; NaN for what cannot be shown.</param>
/// <param name="missing">The colour of such cells.</param>
internal sealed class ColorCells(double[,] cells, Color missing) : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp)
    {
        var (rows, columns) = (cells.GetLength(0), cells.GetLength(1));
        using var bitmap = new SKBitmap(columns, rows, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var value = cells[row, column];
                bitmap.SetPixel(column, row, (double.IsFinite(value) ? ColorScale.Map.GetColor(Math.Clamp(value, 0, 1)) : missing).ToSKColor());
            }
        }

        using var image = SKImage.FromBitmap(bitmap);
        rp.Canvas.DrawImage(image, rp.DataRect.ToSKRect(), new SKSamplingOptions(SKFilterMode.Nearest));
    }
}
