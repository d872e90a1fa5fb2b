using GradService.Api.Figures;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Api.Observability;

/// <summary>What answers of every form say of how they were found and what they mean.</summary>
internal static class AnswerDiagnostics
{
    public static IEnumerable<DiagnosticsReport> Reports(object? answer) => answer switch
    {
        GradientResult gradient => [gradient.Diagnostics],
        ComparisonResult comparison => comparison.Results.Select(result => result.Diagnostics),
        ObjectiveResult objective => [objective.Diagnostics],
        ObjectiveComparisonResult comparison => comparison.Results.Where(result => result.Result is not null).Select(result => result.Result!.Diagnostics),
        DrawnFigure figure => figure.Reports,
        _ => [],
    };

    /// <summary>Those of single results, and those across them.</summary>
    public static IEnumerable<Finding> Findings(object? answer) => answer is DrawnFigure figure ? figure.Findings : Reports(answer).SelectMany(report => report.Findings).Concat(answer switch
    {
        ComparisonResult comparison => comparison.Findings,
        ObjectiveComparisonResult comparison => comparison.Findings,
        _ => [],
    });
}
