using GradService.Domain.Faults;
using ScottPlot;

namespace GradService.Api.Figures.Drawing;

/// <summary>How panels share a picture: in rows, filled from the left.</summary>
internal static class PanelGrid
{
    /// <summary>What a panel needs for its words and ticks, and a plot that shows something.</summary>
    private const int LeastWidth = 190, LeastHeight = 170;

    /// <summary>How much wider than high a plot looks best.</summary>
    private const double Aspect = 1.5;

    /// <exception cref="FaultException">The picture is too small for so many.</exception>
    public static IReadOnlyList<PixelRect> Of(int panels, int width, int height)
    {
        var columns = Enumerable.Range(1, panels).MaxBy(each => Math.Min(width / each / Aspect, height / RowsOf(panels, each)));
        var rows = RowsOf(panels, columns);
        if (width / columns < LeastWidth || height / rows < LeastHeight)
        {
            throw new FaultException(
                Fault.Invalid("figure", $"a picture of at least {columns * LeastWidth} by {rows * LeastHeight} pixels for {panels} "
                    + $"{(panels == 1 ? "panel" : "panels")}", $"{width} by {height}"));
        }

        return [.. Enumerable.Range(0, panels).Select(panel =>
        {
            var (row, column) = (panel / columns, panel % columns);
            return new PixelRect(width * column / columns, width * (column + 1) / columns, height * (row + 1) / rows, height * row / rows);
        })];
    }

    private static int RowsOf(int panels, int columns) => (panels + columns - 1) / columns;
}
