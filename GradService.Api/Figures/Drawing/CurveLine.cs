using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>
/// A line through points, with gaps, of one stroke. Dashes are cut out of it: left to Skia they would become filled shapes in SVG, ten
/// times as long.
/// </summary>
internal sealed class CurveLine(IReadOnlyList<(double X, double Y)> points, Color color, float width, float dash) : IPlottable
{
    private const float GapOfDash = 0.6f;

    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp)
    {
        using var path = new SKPath();
        var isOpen = false;
        foreach (var (x, y) in points)
        {
            var isDrawn = double.IsFinite(x) && double.IsFinite(y);
            if (isDrawn)
            {
                // Far outside of the plot is as good as anywhere outside of it.
                var pixel = Axes.GetPixel(new Coordinates(x, Math.Clamp(y, -9, 10)));
                if (isOpen)
                {
                    path.LineTo(pixel.X, pixel.Y);
                }
                else
                {
                    path.MoveTo(pixel.X, pixel.Y);
                }
            }

            isOpen = isDrawn;
        }

        using var cut = dash > 0 ? Cut(path) : null;
        using var paint = new SKPaint { Color = color.ToSKColor(), StrokeWidth = width, IsStroke = true, IsAntialias = true, StrokeJoin = SKStrokeJoin.Round };
        rp.Canvas.DrawPath(cut ?? path, paint);
    }

    private SKPath Cut(SKPath path)
    {
        var cut = new SKPath();
        using var measure = new SKPathMeasure(path);
        do
        {
            for (var at = 0f; at < measure.Length; at += dash * (1 + GapOfDash))
            {
                measure.GetSegment(at, Math.Min(at + dash, measure.Length), cut, startWithMoveTo: true);
            }
        }
        while (measure.NextContour());

        return cut;
    }
}
