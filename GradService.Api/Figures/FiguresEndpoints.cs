using GradService.Api.Documents;
using GradService.Api.Figures.Drawing;
using GradService.Api.Serving.Admission;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace GradService.Api.Figures;

/// <summary>Pictures of gradients and losses.</summary>
internal static class FiguresEndpoints
{
    public static RouteGroupBuilder MapFigures(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTag("Figures", "Pictures of gradients and losses.").WithRequestTimeout();

        group.MapPost("/figures", DrawAsync)
            .WithName("Figures")
            .WithSummary("A request of /v1/gradients, /v1/gradients/compare or /v1/objectives/compare, drawn.")
            .WithDescription("One panel for each result, with its mode and its first finding as the title. \"figure\" says how to draw: kind (absent: "
                + "what fits the request), size, theme and format, which the header Accept must not exclude. "
                + "The same request gives the same bytes. Several requests share a picture by \"panels\".")
            .Accepts<FigureBody>("application/json")
            .WithExamples(FiguresExamples.All)
            .WithAnswer("The picture, in the format that was asked for. An SVG has no style, no script and no text that needs a font, and its names are its "
                + "own, so that any page can have several in it; its title and description say what is to be seen.")
            .WithProblems(FiguresProblems.OfDraw);

        return group;
    }

    private static async Task<FigureAnswer> DrawAsync(
        HttpContext context, [FromServices] RequestAdmission admission, [FromServices] GradientService gradients, [FromServices] ObjectiveService objectives,
        [FromServices] NetworkCatalog networks, [FromServices] IOptions<Limits> limits)
    {
        var (figure, _) = await admission.ComputeAsync<FigureBody, DrawnFigure>(context, asked =>
        {
            FigureAnswer.CheckAccepted(context.Request, asked.Figure.Format);
            asked.Figure.CheckSize(limits.Value);
            var questions = FigureRequests.Read(asked, networks);
            _ = PanelGrid.Of(questions.Sum(question => question.PanelCount), asked.Figure.Width, asked.Figure.Height);
            return DrawnFigure.QuoteOf(questions, asked.Figure, gradients, objectives);
        }, writesNumbers: false);
        return new FigureAnswer(figure);
    }
}
