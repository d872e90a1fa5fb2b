using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>Arrows in one stroke, on a wider one that keeps them apart from what is behind them.</summary>
/// <param name="arrows">Their middles, from 0 to 1, and what they point along, in pixels, y upwards.</param>
internal sealed class ArrowField(IReadOnlyList<(double X, double Y, float Right, float Up)> arrows) : IPlottable
{
    private const float Head = 0.32f, HeadMost = 6;

    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp)
    {
        using var path = new SKPath();
        foreach (var (x, y, right, up) in arrows)
        {
            var middle = Axes.GetPixel(new Coordinates(x, y));
            var (dx, dy) = (right / 2, -up / 2);
            var (tipX, tipY) = (middle.X + dx, middle.Y + dy);
            path.MoveTo(middle.X - dx, middle.Y - dy);
            path.LineTo(tipX, tipY);
            var length = MathF.Sqrt((right * right) + (up * up));
            var head = Math.Min(Head * length, HeadMost) / length;
            path.MoveTo(tipX - (2 * head * (dx + (0.6f * dy))), tipY - (2 * head * (dy - (0.6f * dx))));
            path.LineTo(tipX, tipY);
            path.LineTo(tipX - (2 * head * (dx - (0.6f * dy))), tipY - (2 * head * (dy + (0.6f * dx))));
        }

        using var paint = new SKPaint
        {
            Color = SKColors.Black.WithAlpha(150),
            StrokeWidth = 3,
            IsStroke = true,
            IsAntialias = true,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        rp.Canvas.DrawPath(path, paint);
        (paint.Color, paint.StrokeWidth) = (SKColors.White, 1.3f);
        rp.Canvas.DrawPath(path, paint);
    }
}
