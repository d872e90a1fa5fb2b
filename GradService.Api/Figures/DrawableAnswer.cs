using GradService.Api.Figures.Panels;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;

namespace GradService.Api.Figures;

/// <summary>What is kept of an answer to be drawn: the answer itself may be large, and there may be several.</summary>
/// <param name="Reports">How it was computed.</param>
/// <param name="Findings">What explains it.</param>
/// <param name="Panels">What is drawn of it.</param>
internal sealed record DrawableAnswer(IReadOnlyList<DiagnosticsReport> Reports, IReadOnlyList<Finding> Findings, IReadOnlyList<Panel> Panels)
{
    public static DrawableAnswer Of(IDiagnosed result, IReadOnlyList<Panel> panels) => new([.. result.Reports], [.. result.Findings], panels);
}
