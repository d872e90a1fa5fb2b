using GradService.Api.Figures.Panels;
using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>Output and derivative on axes of their own, as the forum drew them.</summary>
internal static class CurvesPlot
{
    /// <summary>Samples so few that each is shown.</summary>
    private const int Few = 40;

    private const float LineWidth = 2, DotSize = 5, Dash = 6;

    public static void Draw(SKCanvas canvas, CurvesPanel panel, PixelRect place, FigureColors colors)
    {
        var (across, up) = (PlotAxes.TicksAcross(place), PlotAxes.TicksUp(place));
        var x = AxisScale.Around(panel.X, across, margin: 0.03);
        var output = AxisScale.Around(panel.Output, up, margin: 0.08);
        var derivative = AxisScale.Around(panel.Derivatives.SelectMany(each => each).Append(0).Append(panel.DerivativeReach).Append(-panel.DerivativeReach),
            up, margin: 0.08);
        var plot = PlotAxes.Create(place, colors, PlotAxis.Of("x", x), PlotAxis.Of("y, solid", output),
            PlotAxis.Of($"{panel.DerivativeName}, dashed", derivative));
        var columns = (int)place.Width;
        IReadOnlyList<double> places = [.. panel.X.Select(x.Of)];

        Add([(0, derivative.Of(0)), (1, derivative.Of(0))], colors.Muted, 1, 2);
        foreach (var turn in panel.Turns)
        {
            Add([(places[turn], 0), (places[turn], 1)], colors.Muted, 1, 2);
        }

        for (var line = 0; line < panel.Derivatives.Count; line++)
        {
            Add(Points(panel.Derivatives[line], derivative), colors.Derivatives[line], LineWidth, Dash / (1 + (0.5f * line)));
        }

        Add(Points(panel.Output, output), colors.Output, LineWidth, 0);
        if (places.Count <= Few)
        {
            AddDots(panel.Output, output, colors.Output);
        }

        if (places.Count == 1)
        {
            // No line, so no dashes.
            AddDots(panel.Derivatives[0], derivative, colors.Derivatives[0]);
        }

        plot.PlottableList.Add(new Dots([.. panel.Turns.Select(turn => (places[turn], output.Of(panel.Output[turn]), Colors.Transparent))], 2 * DotSize,
            colors.Output));
        PlotAxes.Render(canvas, plot, place);

        List<(double, double)> Points(IReadOnlyList<double> values, AxisScale scale)
        {
            IReadOnlyList<double> scaled = [.. values.Select(scale.Of)];
            return [.. Thinning.Of(places, scaled, columns).Select(i => (places[i], scaled[i]))];
        }

        void Add(IReadOnlyList<(double, double)> points, Color color, float width, float dash) =>
            plot.PlottableList.Add(new CurveLine(points, color, width, dash));

        void AddDots(IReadOnlyList<double> values, AxisScale scale, Color color) =>
            plot.PlottableList.Add(new Dots([.. places.Zip(values, (place, value) => (place, scale.Of(value), color))], DotSize));
    }
}
