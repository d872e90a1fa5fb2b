using GradService.Api.Figures.Panels;
using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>A map of the coupling: row j is the output that is moved, column i the input that moves it.</summary>
internal static class CouplingPlot
{
    public static void Draw(SKCanvas canvas, CouplingPanel panel, PixelRect place, FigureColors colors)
    {
        var cells = panel.Map.GetLength(0);
        var scale = ScaleOf(panel.Map, PlotAxes.TicksUp(place));
        var room = new PixelRect(place.Left, place.Right - ColorScale.Width, place.Bottom, place.Top);
        var (x, y) = (Samples("sample i", panel, place, false), Samples("sample j", panel, place, true));

        // Samples are as far apart one way as the other.
        var data = PlotAxes.DataOf(room, x, y);
        var side = Math.Min(data.Width, data.Height);
        var square = new PixelRect(room.Left, room.Right - (data.Width - side), room.Bottom - (data.Height - side), room.Top);
        var plot = PlotAxes.Create(square, colors, x, y);
        var intensities = new double[cells, cells];
        for (var row = 0; row < cells; row++)
        {
            for (var column = 0; column < cells; column++)
            {
                intensities[row, column] = scale.Of(panel.Map[row, column]);
            }
        }

        plot.PlottableList.Add(new ColorCells(intensities, colors.Grid));
        PlotAxes.Render(canvas, plot, square);
        ColorScale.Draw(canvas, scale, square.Right + 4, PlotAxes.DataOf(square, x, y), colors);
    }

    private static AxisScale ScaleOf(double[,] map, int ticks)
    {
        var largest = map.Cast<double>().Where(AxisScale.IsDrawn).DefaultIfEmpty(0).Max();
        return AxisScale.Between(0, largest > 1e-290 ? largest : 1, ticks);
    }

    /// <summary>A tick at a few samples, counted from 0.</summary>
    private static PlotAxis Samples(string label, CouplingPanel panel, PixelRect place, bool isDown)
    {
        var (samples, all) = (panel.Samples, panel.Map.GetLength(0) * panel.Block);
        var scale = AxisScale.Between(0, Math.Max(1, samples - 1), Math.Max(2, (int)(Math.Min(place.Width, place.Height) / 64)));
        var ticks = scale.Ticks.Where(tick => tick.Value == Math.Floor(tick.Value) && tick.Value < samples)
            .Select(tick => ((tick.Value + 0.5) / all, $"{(long)tick.Value}"));
        return new PlotAxis(label, [.. ticks.Select(tick => (isDown ? 1 - tick.Item1 : tick.Item1, tick.Item2))], HasGrid: false);
    }
}
