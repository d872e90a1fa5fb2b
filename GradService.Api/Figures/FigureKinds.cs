using System.Text.Json;
using GradService.Api.Figures.Panels;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Separation;

namespace GradService.Api.Figures;

/// <summary>Which figure shows which gradients.</summary>
internal static class FigureKinds
{
    /// <summary>Samples that a figure takes in.</summary>
    private const int MostSamples = 200_000;

    /// <exception cref="FaultException">There is no such figure of such a request.</exception>
    public static void CheckSubject(FigureSubject subject, FigureKind? asked)
    {
        if (asked is { } kind && (kind == FigureKind.Terms) != (subject == FigureSubject.Objectives))
        {
            throw new FaultException(Fault.Invalid("figure.kind",
                subject == FigureSubject.Objectives ? "terms of objectives" : "curves, coupling or field of gradients", Fault.Quoted(NameOf(kind)),
                "Left out, it is what fits the request."));
        }
    }

    /// <summary>The figure of gradients that is asked for, or that fits.</summary>
    /// <param name="asked">What is asked for; null: whatever fits.</param>
    /// <param name="inputShape">The shape of a sample.</param>
    /// <param name="samples">The samples [N, D…].</param>
    /// <param name="questions">The kinds of gradient, all of which it must show.</param>
    /// <param name="path">The field of the kinds.</param>
    /// <exception cref="FaultException">It cannot be drawn.</exception>
    public static FigureKind Choose(FigureKind? asked, IReadOnlyList<int> inputShape, NdArray samples, IReadOnlyList<Question> questions, string path)
    {
        var inputs = inputShape.Aggregate(1.0, (product, size) => product * size);
        var kind = asked ?? (questions.All(question => question is Jacobian) ? FigureKind.Coupling : inputs == 2 ? FigureKind.Field : FigureKind.Curves);
        if ((kind == FigureKind.Curves && inputs != 1) || (kind == FigureKind.Field && inputs != 2))
        {
            throw new FaultException(Fault.Invalid("network.inputShape",
                $"{(kind == FigureKind.Curves ? "one input" : "two inputs")} for a figure of kind {NameOf(kind)}", $"{inputs:0}",
                "One input is drawn by kind curves, two by kind field, and any number by kind coupling of gradient kind jacobian."));
        }

        if (samples.Shape.Rank > 0 && samples.Shape[0] > MostSamples)
        {
            throw new FaultException(Fault.TooLarge("inputs", $"at most {MostSamples} samples in a figure", $"{samples.Shape[0]}", "Far fewer look the same."));
        }

        return questions.FirstOrDefault(question => !Shows(kind, question)) is not { } other
            ? kind
            : throw new FaultException(
                Fault.Invalid(path, $"{ShownBy(kind)} for a figure of kind {NameOf(kind)}", Fault.Quoted(QuestionTable.NameOf(other.GetType())),
                    other is Jacobian ? "A Jacobian is drawn by kind coupling, alone." : null));
    }

    /// <summary>What is computed: a map of the coupling is made from the factors, whatever form of the Jacobian is asked for.</summary>
    public static Question Drawn(FigureKind kind, Question question) =>
        kind == FigureKind.Coupling ? (Jacobian)question with { Form = JacobianForm.Factored, Strategy = Strategy.Auto } : question;

    /// <exception cref="FaultException">The answer has no picture.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Panel PanelOf(FigureKind kind, ForwardRequest request, Question question, GradientResult result, string? title,
        CancellationToken cancellation) => kind switch
    {
        FigureKind.Curves => CurvesPanel.Of(request, question, result, title),
        FigureKind.Field => FieldPanel.Of(request, question, result, title),
        _ => CouplingPanel.Of(result, title, cancellation),
    };

    private static bool Shows(FigureKind kind, Question question) => kind switch
    {
        FigureKind.Curves => CurvesPanel.CanShow(question),
        FigureKind.Field => FieldPanel.CanShow(question),
        _ => question is Jacobian,
    };

    private static string ShownBy(FigureKind kind) => kind switch
    {
        FigureKind.Curves => "sum, perSample, derivatives, hessian or laplacian",
        FigureKind.Field => "sum or perSample",
        _ => "jacobian",
    };

    private static string NameOf(FigureKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}
