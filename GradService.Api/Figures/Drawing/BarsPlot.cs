using GradService.Api.Figures.Panels;
using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>Horizontal bars from zero, with their values beside them.</summary>
internal static class BarsPlot
{
    private const double Thickness = 0.62;
    private const float LabelGap = 5, LegendSize = 10.5f, Swatch = 9;

    public static void Draw(SKCanvas canvas, BarsPanel panel, PixelRect place, FigureColors colors)
    {
        var top = place.Top;
        if (panel.Parts.Count > 0)
        {
            DrawLegend(canvas, panel, place, colors);
            top += LegendSize + 8;
        }

        var room = new PixelRect(place.Left, place.Right, place.Bottom, top);
        var values = panel.Rows.Where(row => row.Parts.Count > 0).Select(row => row.Value).Append(0).Append(panel.Reach.Lower).Append(panel.Reach.Upper);
        var count = panel.Rows.Count;
        var y = new PlotAxis("", [.. panel.Rows.Select((row, index) => (HeightOf(index), FigureFont.Fitted(row.Name, PlotAxes.TickSize, 0.4f * place.Width)))]);
        var scale = WithLabels(AxisScale.Around(values, 1, margin: 0), panel, PlotAxes.DataOf(room, new PlotAxis("", []), y).Width);
        var x = PlotAxis.Of("", scale);
        var plot = PlotAxes.Create(room, colors, x, y);
        plot.Grid.YAxisStyle.IsVisible = false;
        plot.PlottableList.Add(new CurveLine([(scale.Of(0), 0), (scale.Of(0), 1)], colors.Muted, 1, 0));
        for (var index = 0; index < count; index++)
        {
            Add(plot, panel.Rows[index], HeightOf(index), Thickness / count, scale, colors);
        }

        PlotAxes.Render(canvas, plot, room);

        double HeightOf(int index) => 1 - ((index + 0.5) / count);
    }

    /// <summary>With room for the labels, which stand beyond the bars and inside of the plot.</summary>
    private static AxisScale WithLabels(AxisScale bars, BarsPanel panel, float width)
    {
        var label = Math.Min(0.4, (panel.Rows.Max(row => FigureFont.WidthOf(FigureFont.Drawable(row.Label), PlotAxes.TickSize)) + (3 * LabelGap)) / width);
        var (below, above) = (bars.Lower < 0 ? label : 0, bars.Upper > 0 ? label : 0);
        var span = (bars.Upper - bars.Lower) / (1 - below - above);
        return AxisScale.Between(bars.Lower - (below * span), bars.Upper + (above * span), (int)(width / 50));
    }

    private static void Add(Plot plot, BarRow row, double height, double thickness, AxisScale scale, FigureColors colors)
    {
        var from = 0.0;
        for (var part = 0; part < row.Parts.Count && AxisScale.IsDrawn(row.Value); part++)
        {
            var to = from + row.Parts[part];
            var bar = plot.Add.Rectangle(scale.Of(Math.Min(from, to)), scale.Of(Math.Max(from, to)), height - (thickness / 2), height + (thickness / 2));
            bar.FillStyle.Color = colors.Parts[part];
            bar.LineStyle.Width = 0;
            from = to;
        }

        var end = AxisScale.IsDrawn(row.Value) ? row.Value : 0;
        if (row.IsMarked)
        {
            var frame = plot.Add.Rectangle(scale.Of(Math.Min(0, end)), scale.Of(Math.Max(0, end)), height - (thickness / 2), height + (thickness / 2));
            frame.FillStyle.Color = Colors.Transparent;
            frame.LineStyle.Color = colors.Mark;
            frame.LineStyle.Width = 2;
        }

        var label = plot.Add.Text(FigureFont.Drawable(row.Label), scale.Of(end), height);
        label.LabelFontName = FigureFont.Name;
        label.LabelFontSize = PlotAxes.TickSize;
        label.LabelFontColor = colors.Text;
        label.LabelAlignment = end < 0 ? Alignment.MiddleRight : Alignment.MiddleLeft;
        label.OffsetX = end < 0 ? -LabelGap : LabelGap;
    }

    private static void DrawLegend(SKCanvas canvas, BarsPanel panel, PixelRect place, FigureColors colors)
    {
        var left = place.Left;
        using var paint = new SKPaint();
        for (var part = 0; part < panel.Parts.Count; part++)
        {
            var room = (place.Right - left - Swatch - 5) / Math.Max(1, panel.Parts.Count - part);
            paint.Color = colors.Parts[part].ToSKColor();
            canvas.DrawRect(left, place.Top + 2, Swatch, Swatch, paint);
            var name = FigureFont.Fitted(panel.Parts[part], LegendSize, room - Swatch);
            PanelFrame.Write(canvas, name, LegendSize, left + Swatch + 4, place.Top + 2 + Swatch, room, colors.Text);
            left += Swatch + 4 + FigureFont.WidthOf(name, LegendSize) + 14;
        }
    }
}
