using GradService.Api.Gradients;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Api.Figures;

/// <summary>Reads the requests inside the request for a figure, as their own endpoints do.</summary>
internal static class FigureRequests
{
    /// <summary>All of them in their order.</summary>
    /// <exception cref="FaultException">One of them is wrong, or has no such picture.</exception>
    public static IReadOnlyList<FigureQuestion> Read(FigureBody body, NetworkCatalog networks) => body switch
    {
        { Panels: null, Of: { } of, Request: { } request } => [Read(of, request, FieldPath.Of("request"), null, body.Figure.Kind, networks)],
        { Panels: { } parts, Of: null, Request: null } =>
            [.. parts.Select((part, index) =>
                Read(part.Of, part.Request, FieldPath.Of("panels").At(index).Field("request"), part.Title, body.Figure.Kind, networks))],
        { Panels: not null } => throw new FaultException(Fault.Invalid("panels", "either \"panels\" or \"of\" and \"request\"", "both")),
        { Of: null } => throw new FaultException(Fault.Invalid("of", "\"of\" and \"request\", or \"panels\"", "nothing")),
        _ => throw new FaultException(Fault.Invalid("request", "the request that \"of\" speaks of", "nothing")),
    };

    private static FigureQuestion Read(FigureSubject of, JsonFragment fragment, FieldPath path, string? title, FigureKind? kind, NetworkCatalog networks)
    {
        FigureKinds.CheckSubject(of, kind);
        try
        {
            return of switch
            {
                FigureSubject.Gradients => GradientFigure.Of(path, title, As<GradientRequest>(fragment), networks, kind),
                FigureSubject.Compare => ComparisonFigure.Of(path, title, As<ComparisonBody>(fragment).ToRequest(), networks, kind),
                _ => new ObjectiveFigure(path, title, As<ObjectiveComparisonRequest>(fragment)),
            };
        }
        catch (FaultException fault)
        {
            throw fault.Below(path);
        }
    }

    /// <summary>How arrays are to be written is of no matter here, but may be said: a request is taken as it stands.</summary>
    private static T As<T>(JsonFragment fragment) =>
        (T)RequestReader.ReadAs(fragment with { Path = FieldPath.Empty }, typeof(T), RecordFields.Of(typeof(AnswerForm)).ContainsKey);
}
