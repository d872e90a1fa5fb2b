using GradService.Api.Figures.Drawing;
using GradService.Api.Figures.Panels;
using GradService.Domain;

namespace GradService.Api.Figures;

/// <summary>A picture, and what it is of.</summary>
/// <param name="Image">Its bytes.</param>
/// <param name="Format">What they are.</param>
/// <param name="Results">What was computed for it.</param>
internal sealed record DrawnFigure(byte[] Image, FigureFormat Format, IReadOnlyList<object> Results)
{
    /// <summary>Computes and draws, on the thread that calls.</summary>
    /// <exception cref="FaultException">A request is wrong, too large, has no answer, or its answer no picture.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static DrawnFigure Of(IReadOnlyList<FigureQuestion> questions, FigureSpec spec, GradientService gradients, ObjectiveService objectives, CancellationToken cancellation)
    {
        var (results, panels) = (new List<object>(), new List<Panel>());
        foreach (var question in questions)
        {
            var (result, own) = question.Answer(gradients, objectives, cancellation);
            results.Add(result);
            panels.AddRange(own);
        }

        return new DrawnFigure(FigureCanvas.Draw(panels, spec, cancellation), spec.Format, results);
    }
}
