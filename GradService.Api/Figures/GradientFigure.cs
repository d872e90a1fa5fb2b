using GradService.Api.Figures.Panels;
using GradService.Domain;
using GradService.Domain.Catalog;

namespace GradService.Api.Figures;

/// <summary>A gradient: one panel.</summary>
internal sealed record GradientFigure(string Path, string? Title, GradientRequest Request, FigureKind Kind) : FigureQuestion(Path, Title)
{
    public override int PanelCount => 1;

    /// <exception cref="FaultException">There is no such picture of it.</exception>
    public static GradientFigure Of(string path, string? title, GradientRequest request, NetworkCatalog networks, FigureKind? asked) =>
        new(path, title, request, FigureKinds.Choose(asked, networks.InputShapeOf(request.Network), request.Inputs, [request.Gradient], "gradient.kind"));

    protected override (object Result, IReadOnlyList<Panel> Panels) Compute(GradientService gradients, ObjectiveService objectives, CancellationToken cancellation)
    {
        var result = gradients.Differentiate(Request with { Gradient = FigureKinds.Drawn(Kind, Request.Gradient) }, cancellation);
        return (result, [FigureKinds.PanelOf(Kind, Request, Request.Gradient, result, Title, cancellation)]);
    }
}
