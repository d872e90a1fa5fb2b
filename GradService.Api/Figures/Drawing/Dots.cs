using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>Dots, drawn together: as markers of their own each would bring a clip of its own into an SVG.</summary>
/// <param name="dots">Their places from 0 to 1, and their colours; a transparent one is a circle.</param>
/// <param name="size">Their diameter, pixels.</param>
/// <param name="outline">The colour of a thin line around them; null for none.</param>
internal sealed class Dots(IReadOnlyList<(double X, double Y, Color Color)> dots, float size, Color? outline = null) : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp)
    {
        using var fill = new SKPaint { IsAntialias = true };
        using var line = new SKPaint { IsAntialias = true, IsStroke = true, StrokeWidth = 1, Color = (outline ?? Colors.Transparent).ToSKColor() };
        foreach (var (x, y, color) in dots.Where(dot => double.IsFinite(dot.X) && double.IsFinite(dot.Y)))
        {
            var place = Axes.GetPixel(new Coordinates(x, y));
            fill.Color = color.ToSKColor();
            if (color != Colors.Transparent)
            {
                rp.Canvas.DrawCircle(place.X, place.Y, size / 2, fill);
            }

            if (outline is not null)
            {
                rp.Canvas.DrawCircle(place.X, place.Y, size / 2, line);
            }
        }
    }
}
