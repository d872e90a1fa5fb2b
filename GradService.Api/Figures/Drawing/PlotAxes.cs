using GradService.Api.Figures.Panels;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>A plot from 0 to 1 on all axes, whose ticks say what is meant.</summary>
internal static class PlotAxes
{
    public const float TickSize = 10.5f, LabelSize = 11;

    private const float TickLength = 3, Gap = 4;

    /// <summary>About how many ticks there is room for along a place's width.</summary>
    public static int TicksAcross(PixelRect place) => Math.Max(3, (int)(place.Width / 64));

    /// <summary>The same along its height.</summary>
    public static int TicksUp(PixelRect place) => Math.Max(3, (int)(place.Height / 40));

    /// <summary>An empty plot with its axes.</summary>
    /// <param name="place">Where it goes.</param>
    /// <param name="colors">The theme.</param>
    /// <param name="x">Below.</param>
    /// <param name="left">On the left.</param>
    /// <param name="right">On the right; null for none.</param>
    public static Plot Create(PixelRect place, FigureColors colors, PlotAxis x, PlotAxis left, PlotAxis? right = null)
    {
        _ = FigureFont.Typeface;
        var plot = new Plot();
        plot.RenderManager.Remove<ScottPlot.Rendering.RenderActions.ClearCanvas>();
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.Grid.MajorLineColor = colors.Grid;
        plot.Grid.IsVisible = x.HasGrid;
        plot.HideLegend();
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.SetLimits(0, 1, 0, 1);
        plot.Axes.SetLimitsY(0, 1, plot.Axes.Right);
        Set(plot.Axes.Bottom, x, colors);
        Set(plot.Axes.Left, left, colors);
        Set(plot.Axes.Right, right, colors);
        plot.Layout.Fixed(new PixelPadding(WidthOf(left), right is null ? 6 : WidthOf(right),
            TickLength + Gap + TickSize + (x.Label.Length > 0 ? LabelSize + 8 : 4), 6));
        return plot;
    }

    /// <summary>Draws a plot in its place, once: Plot.Render draws a new plot twice, one over the other, lest the first changed its limits.</summary>
    public static void Render(SKCanvas canvas, Plot plot, PixelRect place)
    {
        using var pack = new RenderPack(plot, place, canvas);
        foreach (var action in plot.RenderManager.RenderActions)
        {
            canvas.Save();
            action.Render(pack);
            canvas.Restore();
        }
    }

    /// <summary>Where the data go.</summary>
    public static PixelRect DataOf(PixelRect place, PlotAxis x, PlotAxis left, PlotAxis? right = null) => new(
        place.Left + WidthOf(left), place.Right - (right is null ? 6 : WidthOf(right)),
        place.Bottom - TickLength - Gap - TickSize - (x.Label.Length > 0 ? LabelSize + 8 : 4), place.Top + 6);

    private static float WidthOf(PlotAxis axis) =>
        TickLength + Gap + axis.Ticks.Select(tick => FigureFont.WidthOf(tick.Label, TickSize)).DefaultIfEmpty(0).Max()
            + (axis.Label.Length > 0 ? LabelSize + 8 : 2);

    private static void Set(IAxis axis, PlotAxis? words, FigureColors colors)
    {
        axis.FrameLineStyle.Color = colors.Muted;
        axis.FrameLineStyle.Width = words is null ? 0 : 1;
        axis.MajorTickStyle.Length = words is null ? 0 : TickLength;
        axis.MajorTickStyle.Color = colors.Muted;
        axis.TickLabelStyle.FontName = FigureFont.Name;
        axis.TickLabelStyle.FontSize = TickSize;
        axis.TickLabelStyle.ForeColor = colors.Text;
        axis.Label.FontName = FigureFont.Name;
        axis.Label.FontSize = LabelSize;
        axis.Label.Bold = false;
        axis.Label.ForeColor = colors.Text;
        axis.Label.Text = words?.Label ?? "";
        axis.TickGenerator = new NumericManual([.. words?.Ticks.Select(tick => tick.Place) ?? []], [.. words?.Ticks.Select(tick => tick.Label) ?? []]);
    }
}

/// <summary>What stands along an axis.</summary>
/// <param name="Label">What it measures; empty where that is plain.</param>
/// <param name="Ticks">Places from 0 to 1, with their labels.</param>
/// <param name="HasGrid">Whether lines lead from its ticks through the plot.</param>
internal sealed record PlotAxis(string Label, IReadOnlyList<(double Place, string Label)> Ticks, bool HasGrid = true)
{
    public static PlotAxis Of(string label, AxisScale scale) =>
        new(scale.Unit.Length == 0 ? label : $"{label}  {scale.Unit}", [.. scale.Ticks.Select(tick => (scale.Of(tick.Value), tick.Label))]);
}
