using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Api.Figures;

/// <summary>Gradients side by side: a panel for each.</summary>
internal sealed record ComparisonFigure(FieldPath Path, string? Title, ComparisonRequest Request, FigureKind Kind, NetworkSize Size)
    : FigureQuestion(Path, Title)
{
    public override int PanelCount => Request.Compare.Count;

    /// <exception cref="FaultException">There is no such picture of it.</exception>
    public static ComparisonFigure Of(FieldPath path, string? title, ComparisonRequest request, NetworkCatalog networks, FigureKind? asked) =>
        new(path, title, request, FigureKinds.Choose(asked, networks.InputShapeOf(request.Network), request.Inputs,
            [.. request.Compare.Select(entry => entry.Gradient)], "compare"), networks.SizeOf(request.Network));

    protected override Quote<DrawableAnswer> QuoteAnswer(GradientService gradients, ObjectiveService objectives) =>
        gradients.QuoteComparison(Request with
        {
            Compare = [.. Request.Compare.Select(entry => entry with { Gradient = FigureKinds.Drawn(Kind, entry.Gradient) })],
        })
            .Beside(FigureCost.Panels(Kind, Request.Compare.Count, Request.Inputs.Shape[0], Size))
            .Then((result, cancellation) =>
            DrawableAnswer.Of(result, [.. Request.Compare.Zip(result.Results, (entry, each) =>
                FigureKinds.PanelOf(Kind, Request, entry.Gradient, each, Title is null ? null : $"{Title}: {entry.Mode.Name}, {each.Kind}", cancellation))]));
}
