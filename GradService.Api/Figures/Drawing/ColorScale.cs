using GradService.Api.Figures.Panels;
using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>Values as colours of Viridis, which all kinds of colour vision see as from dark to light.</summary>
internal static class ColorScale
{
    /// <summary>Room for a scale beside a plot.</summary>
    public const float Width = 62;

    private const float Bar = 12;
    private const int Bands = 64;

    public static IColormap Map { get; } = new ScottPlot.Colormaps.Viridis();

    public static Color Of(AxisScale scale, double value) => Map.GetColor(Math.Clamp(scale.Of(value), 0, 1));

    /// <summary>Draws what the colours mean, in the room beside a plot.</summary>
    public static void Draw(SKCanvas canvas, AxisScale scale, float left, PixelRect data, FigureColors colors)
    {
        using var paint = new SKPaint();
        for (var band = 0; band < Bands; band++)
        {
            var (from, to) = (MathF.Round(data.Bottom - (data.Height * band / Bands)), MathF.Round(data.Bottom - (data.Height * (band + 1) / Bands)));
            paint.Color = Map.GetColor((band + 0.5) / Bands).ToSKColor();
            canvas.DrawRect(left, to, Bar, from - to, paint);
        }

        foreach (var (value, label) in scale.Ticks)
        {
            var height = data.Bottom - ((float)scale.Of(value) * data.Height);
            PanelFrame.Write(canvas, label, PlotAxes.TickSize, left + Bar + 4, height + (PlotAxes.TickSize * 0.36f), Width - Bar - 4, colors.Text);
        }

        if (scale.Unit.Length > 0)
        {
            PanelFrame.Write(canvas, scale.Unit, PlotAxes.TickSize, left, data.Bottom + PlotAxes.TickSize + 6, Width, colors.Text);
        }
    }
}
