using GradService.Api.Figures.Drawing;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Api.Figures;

/// <summary>A picture, and what it is of.</summary>
/// <param name="Image">Its bytes.</param>
/// <param name="Format">What they are.</param>
/// <param name="Reports">How what it shows was computed.</param>
/// <param name="Findings">What explains it.</param>
internal sealed record DrawnFigure(byte[] Image, FigureFormat Format, IReadOnlyList<DiagnosticsReport> Reports, IReadOnlyList<Finding> Findings) : IDiagnosed
{
    IEnumerable<DiagnosticsReport> IDiagnosed.Reports => Reports;

    IEnumerable<Finding> IDiagnosed.Findings => Findings;

    /// <summary>All that it shows, checked and priced, to be computed and drawn.</summary>
    /// <exception cref="FaultException">A request is wrong, too large, has no answer, or its answer no picture.</exception>
    public static Quote<DrawnFigure> QuoteOf(IReadOnlyList<FigureQuestion> questions, FigureSpec spec, GradientService gradients,
        ObjectiveService objectives) =>
        Quote.InTurn(questions.Select(question => (Func<Quote<DrawableAnswer>>)(() => question.Quote(gradients, objectives))))
        .Beside(FigureCost.Picture(spec))
        .Then((answers, cancellation) => new DrawnFigure(
            FigureCanvas.Draw([.. answers.SelectMany(answer => answer.Panels)], spec, cancellation), spec.Format,
            [.. answers.SelectMany(answer => answer.Reports)], [.. answers.SelectMany(answer => answer.Findings)]));
}
