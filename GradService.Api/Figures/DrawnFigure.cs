using GradService.Api.Figures.Drawing;
using GradService.Api.Figures.Panels;
using GradService.Api.Observability;
using GradService.Domain;
using GradService.Domain.Diagnostics;

namespace GradService.Api.Figures;

/// <summary>A picture, and what it is of.</summary>
/// <param name="Image">Its bytes.</param>
/// <param name="Format">What they are.</param>
/// <param name="Reports">How what it shows was computed.</param>
/// <param name="Findings">What explains it.</param>
internal sealed record DrawnFigure(byte[] Image, FigureFormat Format, IReadOnlyList<DiagnosticsReport> Reports, IReadOnlyList<Finding> Findings)
{
    /// <summary>Computes and draws, on the thread that calls.</summary>
    /// <exception cref="FaultException">A request is wrong, too large, has no answer, or its answer no picture.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static DrawnFigure Of(IReadOnlyList<FigureQuestion> questions, FigureSpec spec, GradientService gradients, ObjectiveService objectives, CancellationToken cancellation)
    {
        // Of each result only what is drawn and counted is kept: all of them together may be large.
        var (reports, findings, panels) = (new List<DiagnosticsReport>(), new List<Finding>(), new List<Panel>());
        foreach (var question in questions)
        {
            var (result, own) = question.Answer(gradients, objectives, cancellation);
            reports.AddRange(AnswerDiagnostics.Reports(result));
            findings.AddRange(AnswerDiagnostics.Findings(result));
            panels.AddRange(own);
        }

        return new DrawnFigure(FigureCanvas.Draw(panels, spec, cancellation), spec.Format, reports, findings);
    }
}
