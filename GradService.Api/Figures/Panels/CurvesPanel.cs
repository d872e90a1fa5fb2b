using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;

namespace GradService.Api.Figures.Panels;

/// <summary>An output and its derivative over the one input.</summary>
/// <param name="Title">Mode and kind.</param>
/// <param name="Finding">What is to be seen.</param>
internal sealed record CurvesPanel(string Title, string Finding) : Panel(Title, Finding)
{
    /// <summary>The inputs in ascending order.</summary>
    public required IReadOnlyList<double> X { get; init; }

    /// <summary>The output at each.</summary>
    public required IReadOnlyList<double> Output { get; init; }

    /// <summary>The derivatives at each: one, or the orders that were asked for.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Derivatives { get; init; }

    /// <summary>What the derivatives are: "dy/dx".</summary>
    public required string DerivativeName { get; init; }

    /// <summary>The points at which the output turns.</summary>
    public required IReadOnlyList<int> Turns { get; init; }

    /// <summary>How far from zero the axis of the derivatives reaches at least.</summary>
    public required double DerivativeReach { get; init; }

    public override string Description =>
        $"{Title}: {Finding}. {X.Count} points of the output from {Amount.Of(X[0])} to {Amount.Of(X[^1])}, and {DerivativeName}."
        + string.Concat(Turns.Select(turn => $" The output turns at x = {Amount.Of(X[turn])}."));

    public override string Caption => Derivatives.Count > 1 ? "the shorter the dashes, the higher the order" : "";

    /// <exception cref="FaultException">There is not one output, or the kind of gradient is no curve.</exception>
    public static CurvesPanel Of(ForwardRequest request, Question question, GradientResult result, string? title)
    {
        var output = SelectedOutput.Of(question, result);
        var samples = result.Outputs.Shape[0];
        var lines = Lines(question, result, samples);
        var order = Enumerable.Range(0, (int)samples).OrderBy(i => request.Inputs[i]).ToArray();
        IReadOnlyList<double> x = [.. order.Select(i => request.Inputs[i])], y = [.. order.Select(i => result.Outputs[(i * output.Count) + output.Index])];
        return new CurvesPanel(title ?? $"{result.BatchNorm.Mode.Name}, {result.Kind}",
            FindingHeadlines.Of(result.Diagnostics.Findings, question is Sum or PerSample ? "the slope of the curve" : "of the curve"))
        {
            X = x,
            Output = y,
            Derivatives =
                [.. Enumerable.Range(0, lines.Count).Select(line => (IReadOnlyList<double>)[.. order.Select(i => lines.Values[(i * lines.Count) + line])])],
            DerivativeName = lines.Name,
            Turns = Extrema.Of(y),
            DerivativeReach = lines.IsFirst ? MeanSlope(x, y) : 0,
        };
    }

    /// <summary>What kinds of gradient are a function of the one input.</summary>
    public static bool CanShow(Question question) => question is Sum or PerSample or Domain.Gradients.Kinds.Derivatives or Hessian or Laplacian;

    /// <summary>The values, [N, Count], what they are, and whether the first of them is a first derivative.</summary>
    private static (NdArray Values, int Count, string Name, bool IsFirst) Lines(Question question, GradientResult result, long samples)
    {
        var values = result.Gradients!;
        return question switch
        {
            Sum => (values, 1, "d(Σy)/dx", true),
            Domain.Gradients.Kinds.Derivatives { Order: var order, Direction: var direction } =>
                (values, order, string.Join(", ", Enumerable.Range(1, order).Select(each => Name(each, direction is null ? "x" : "t"))), true),
            Hessian or Laplacian => (values, 1, Name(2, "x"), false),
            _ => (values, (int)(values.Count / samples), Name(1, "x"), true),
        };
    }

    private static string Name(int order, string variable) => order == 1 ? $"dy/d{variable}" : $"d{"²³⁴"[order - 2]}y/d{variable}{"²³⁴"[order - 2]}";

    /// <summary>
    /// The slope that takes the curve across its own range. The axis of the derivative shows it in any case, so that a derivative that
    /// vanishes looks so, whatever digits its rounding noise has.
    /// </summary>
    private static double MeanSlope(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var drawn = y.Where(AxisScale.IsDrawn).DefaultIfEmpty(0).ToList();
        var (width, height) = (x[^1] - x[0], drawn.Max() - drawn.Min());
        return width > 0 && AxisScale.IsDrawn(height / width) ? height / width : 0;
    }
}
