using GradService.Api.Figures.Panels;
using GradService.Domain;

namespace GradService.Api.Figures;

/// <summary>One request of a figure, read and known to have a picture: what it is computed by, and what is drawn of that.</summary>
/// <param name="Path">Where it stands in the request for the figure.</param>
/// <param name="Title">What to write above its panels; null: mode and kind.</param>
internal abstract record FigureQuestion(string Path, string? Title)
{
    /// <summary>How many panels it takes.</summary>
    public abstract int PanelCount { get; }

    /// <summary>Computes it, once for all of its panels. Errors name fields below the path.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, has no answer, or its answer has no picture.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public (object Result, IReadOnlyList<Panel> Panels) Answer(GradientService gradients, ObjectiveService objectives, CancellationToken cancellation)
    {
        try
        {
            return Compute(gradients, objectives, cancellation);
        }
        catch (FaultException fault)
        {
            throw fault.Below(Path);
        }
    }

    protected abstract (object Result, IReadOnlyList<Panel> Panels) Compute(GradientService gradients, ObjectiveService objectives, CancellationToken cancellation);
}
