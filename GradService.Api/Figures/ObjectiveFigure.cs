using GradService.Api.Figures.Panels;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Api.Figures;

/// <summary>A loss in each variant: its values, and the cosines of its parameter gradients.</summary>
internal sealed record ObjectiveFigure(FieldPath Path, string? Title, ObjectiveComparisonRequest Request) : FigureQuestion(Path, Title)
{
    public override int PanelCount => TermsPanels.Count;

    protected override Quote<DrawableAnswer> QuoteAnswer(GradientService gradients, ObjectiveService objectives) =>
        objectives.QuoteComparison(Request).Then((result, _) => DrawableAnswer.Of(result, TermsPanels.Of(result, Title)));
}
