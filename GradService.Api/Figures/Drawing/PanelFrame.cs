using GradService.Api.Figures.Panels;
using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>A panel in its place: words above and below, the plot between them.</summary>
internal static class PanelFrame
{
    private const float TitleSize = 13, FindingSize = 11, CaptionSize = 10, Margin = 12;

    public static void Draw(SKCanvas canvas, Panel panel, PixelRect place, FigureColors colors)
    {
        var width = place.Width - (2 * Margin);
        var top = place.Top + 10 + TitleSize;
        Write(canvas, panel.Title, TitleSize, place.Left + Margin, top, width, colors.Text);
        top += FindingSize + 5;
        Write(canvas, panel.Finding, FindingSize, place.Left + Margin, top, width, colors.Muted);
        top += 8;
        var bottom = place.Bottom - 8;
        if (panel.Caption.Length > 0)
        {
            Write(canvas, panel.Caption, CaptionSize, place.Left + Margin, bottom, width, colors.Muted);
            bottom -= CaptionSize + 4;
        }

        var plot = new PixelRect(place.Left + Margin, place.Right - Margin, bottom, top);
        switch (panel)
        {
            case CurvesPanel curves:
                CurvesPlot.Draw(canvas, curves, plot, colors);
                break;
            case CouplingPanel coupling:
                CouplingPlot.Draw(canvas, coupling, plot, colors);
                break;
            case FieldPanel field:
                FieldPlot.Draw(canvas, field, plot, colors);
                break;
            case BarsPanel bars:
                BarsPlot.Draw(canvas, bars, plot, colors);
                break;
            default:
                throw new ArgumentException($"Nothing draws a {panel.GetType().Name}.", nameof(panel));
        }
    }

    /// <summary>A line of text, shortened to fit.</summary>
    public static void Write(SKCanvas canvas, string text, float size, float left, float baseline, float width, Color color)
    {
        var fitted = FigureFont.Fitted(text, size, width);
        if (fitted.Length > 0)
        {
            using var font = FigureFont.At(size);
            using var paint = new SKPaint { Color = color.ToSKColor(), IsAntialias = true };
            canvas.DrawText(fitted, left, baseline, font, paint);
        }
    }
}
