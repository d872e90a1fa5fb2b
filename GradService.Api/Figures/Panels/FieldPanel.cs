using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;

namespace GradService.Api.Figures.Panels;

/// <summary>An output over two inputs, with its gradient.</summary>
/// <param name="Title">Mode and kind.</param>
/// <param name="Finding">What is to be seen.</param>
internal sealed record FieldPanel(string Title, string Finding) : Panel(Title, Finding)
{
    /// <summary>Points at most that are drawn one by one.</summary>
    public const int MostPoints = 2_000;

    /// <summary>The first input of each sample.</summary>
    public required IReadOnlyList<double> X { get; init; }

    /// <summary>The second.</summary>
    public required IReadOnlyList<double> Y { get; init; }

    /// <summary>The output at each.</summary>
    public required IReadOnlyList<double> Output { get; init; }

    /// <summary>The gradient at each.</summary>
    public required IReadOnlyList<(double X, double Y)> Gradient { get; init; }

    /// <summary>The samples by row and column, where they are an even grid; else null, and each is drawn as a point.</summary>
    public required int[,]? Grid { get; init; }

    public override string Description =>
        $"{Title}: {Finding}. The output at {X.Count} samples, {(Grid is null ? "as points" : $"a grid of {Grid.GetLength(1)} by {Grid.GetLength(0)}")}, "
            + $"from {Amount.Of(Finite.Min())} to {Amount.Of(Finite.Max())}. {Caption}.";

    public override string Caption => "arrows point uphill as drawn, long ones where it is steep";

    private IEnumerable<double> Finite => Output.Where(AxisScale.IsDrawn).DefaultIfEmpty(double.NaN);

    /// <exception cref="FaultException">There is not one output, or there are too many points.</exception>
    public static FieldPanel Of(ForwardRequest request, Question question, GradientResult result, string? title)
    {
        var output = SelectedOutput.Of(question, result);
        var samples = Enumerable.Range(0, (int)result.Outputs.Shape[0]).ToList();
        IReadOnlyList<double> x = [.. samples.Select(i => request.Inputs[2 * i])], y = [.. samples.Select(i => request.Inputs[(2 * i) + 1])];
        var grid = EvenGrid.Find(x, y);
        if (grid is null && samples.Count > MostPoints)
        {
            throw new FaultException(Fault.TooLarge("inputs", $"at most {MostPoints} samples that are not an even grid, as each is drawn as a point",
                $"{samples.Count}", "Send fewer, or an even grid of them."));
        }

        return new FieldPanel(title ?? $"{result.BatchNorm.Mode.Name}, {result.Kind}",
            FindingHeadlines.Of(result.Diagnostics.Findings, "the gradient of the function drawn"))
        {
            X = x,
            Y = y,
            Output = [.. samples.Select(i => result.Outputs[(i * output.Count) + output.Index])],
            Gradient = [.. samples.Select(i => (result.Gradients![2 * i], result.Gradients[(2 * i) + 1]))],
            Grid = grid,
        };
    }

    /// <summary>What kinds of gradient are a vector at each sample.</summary>
    public static bool CanShow(Question question) => question is Sum or PerSample;
}
