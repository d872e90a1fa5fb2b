using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Api.Figures;

/// <summary>A gradient: one panel.</summary>
internal sealed record GradientFigure(FieldPath Path, string? Title, GradientRequest Request, FigureKind Kind, NetworkSize Size) : FigureQuestion(Path, Title)
{
    public override int PanelCount => 1;

    /// <exception cref="FaultException">There is no such picture of it.</exception>
    public static GradientFigure Of(FieldPath path, string? title, GradientRequest request, NetworkCatalog networks, FigureKind? asked) =>
        new(path, title, request, FigureKinds.Choose(asked, networks.InputShapeOf(request.Network), request.Inputs, [request.Gradient], "gradient.kind"),
            networks.SizeOf(request.Network));

    protected override Quote<DrawableAnswer> QuoteAnswer(GradientService gradients, ObjectiveService objectives) =>
        gradients.QuoteGradient(Request with { Gradient = FigureKinds.Drawn(Kind, Request.Gradient) })
            .Beside(FigureCost.Panels(Kind, 1, Request.Inputs.Shape[0], Size))
            .Then((result, cancellation) =>
            DrawableAnswer.Of(result, [FigureKinds.PanelOf(Kind, Request, Request.Gradient, result, Title, cancellation)]));
}
