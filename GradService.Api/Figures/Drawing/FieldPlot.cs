using GradService.Api.Figures.Panels;
using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>An output over two inputs: a grid as a map of colours, other samples as points; and where it rises.</summary>
internal static class FieldPlot
{
    /// <summary>Arrows along a side, and their number, at most.</summary>
    private const int MostAlong = 14, MostArrows = 100;

    private const float Dot = 8, LongestArrow = 0.9f;

    public static void Draw(SKCanvas canvas, FieldPanel panel, PixelRect place, FigureColors colors)
    {
        var isGrid = panel.Grid is not null;
        var output = AxisScale.Around(panel.Output, PlotAxes.TicksUp(place), margin: 0);
        var (x, y) = (ScaleOf(panel.X, panel.Grid?.GetLength(1), PlotAxes.TicksAcross(place)),
            ScaleOf(panel.Y, panel.Grid?.GetLength(0), PlotAxes.TicksUp(place)));
        var room = new PixelRect(place.Left, place.Right - ColorScale.Width, place.Bottom, place.Top);
        var (below, left) = (PlotAxis.Of("x₁", x) with { HasGrid = !isGrid }, PlotAxis.Of("x₂", y));
        var plot = PlotAxes.Create(room, colors, below, left);
        if (panel.Grid is { } grid)
        {
            AddMap(plot, panel, grid, output, colors);
        }
        else
        {
            AddPoints(plot, panel, x, y, output, colors);
        }

        var data = PlotAxes.DataOf(room, below, left);
        plot.PlottableList.Add(new ArrowField(Arrows(panel, x, y, data)));
        PlotAxes.Render(canvas, plot, room);
        ColorScale.Draw(canvas, output, room.Right + 4, data, colors);
    }

    /// <summary>Cells reach half a spacing beyond their samples.</summary>
    private static AxisScale ScaleOf(IReadOnlyList<double> values, int? lines, int ticks) =>
        AxisScale.Around(values, ticks, lines is { } count ? 0.5 / (count - 1) : 0.06);

    private static void AddMap(Plot plot, FieldPanel panel, int[,] grid, AxisScale output, FigureColors colors)
    {
        var (rows, columns) = (grid.GetLength(0), grid.GetLength(1));
        var intensities = new double[rows, columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                intensities[rows - 1 - row, column] = output.Of(panel.Output[grid[row, column]]);
            }
        }

        plot.PlottableList.Add(new ColorCells(intensities, colors.Grid));
    }

    private static void AddPoints(Plot plot, FieldPanel panel, AxisScale x, AxisScale y, AxisScale output, FigureColors colors)
    {
        var drawn = Enumerable.Range(0, panel.X.Count).Where(i => AxisScale.IsDrawn(panel.Output[i]));
        plot.PlottableList.Add(new Dots([.. drawn.Select(i => (x.Of(panel.X[i]), y.Of(panel.Y[i]), ColorScale.Of(output, panel.Output[i])))],
            Dot, colors.Muted));
    }

    /// <summary>
    /// Arrows that point where the colours rise fastest on the picture, whatever the axes' scales are: across the lines of equal colour.
    /// The longest just do not touch each other.
    /// </summary>
    private static List<(double X, double Y, float Right, float Up)> Arrows(FieldPanel panel, AxisScale x, AxisScale y, PixelRect data)
    {
        var slopes = Chosen(panel).Select(i => (
            X: x.Of(panel.X[i]), Y: y.Of(panel.Y[i]),
            Right: panel.Gradient[i].X * (x.Upper - x.Lower) / data.Width, Up: panel.Gradient[i].Y * (y.Upper - y.Lower) / data.Height)).ToList();
        var steepest = slopes.Select(slope => Math.Max(Math.Abs(slope.Right), Math.Abs(slope.Up))).Where(AxisScale.IsDrawn).DefaultIfEmpty(0).Max();
        if (steepest < 1e-290)
        {
            return [];
        }

        var spacing = LongestArrow * Math.Sqrt((double)data.Width * data.Height / Math.Max(slopes.Count, 16));
        var relative = slopes.Select(slope => (slope.X, slope.Y, Right: slope.Right / steepest, Up: slope.Up / steepest))
            .Where(slope => AxisScale.IsDrawn(slope.Right) && AxisScale.IsDrawn(slope.Up)).ToList();
        var longest = relative.Max(slope => double.Hypot(slope.Right, slope.Up));
        return [.. relative.Select(slope => (slope.X, slope.Y, (float)(slope.Right / longest * spacing), (float)(slope.Up / longest * spacing)))
            .Where(arrow => float.Hypot(arrow.Item3, arrow.Item4) > 1)];
    }

    /// <summary>The samples that get an arrow: of a grid every n-th row and column, else every n-th.</summary>
    private static IEnumerable<int> Chosen(FieldPanel panel)
    {
        if (panel.Grid is not { } grid)
        {
            return Enumerable.Range(0, panel.X.Count).Where(i => i % ((panel.X.Count + MostArrows - 1) / MostArrows) == 0);
        }

        var (rows, columns) = (grid.GetLength(0), grid.GetLength(1));
        var (down, across) = ((rows + MostAlong - 1) / MostAlong, (columns + MostAlong - 1) / MostAlong);
        return from row in Enumerable.Range(0, rows)
            where row % down == down / 2
            from column in Enumerable.Range(0, columns)
            where column % across == across / 2
            select grid[row, column];
    }
}
