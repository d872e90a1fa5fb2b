using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Api.Figures;

/// <summary>One request of a figure, read and known to have a picture: what it is computed by, and what is drawn of that.</summary>
/// <param name="Path">Where it stands in the request for the figure.</param>
/// <param name="Title">What to write above its panels; null: mode and kind.</param>
internal abstract record FigureQuestion(FieldPath Path, string? Title)
{
    /// <summary>How many panels it takes.</summary>
    public abstract int PanelCount { get; }

    /// <summary>Its answer, once for all of its panels, checked and priced, to be computed. Errors name fields below the path.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, has no answer, or its answer has no picture.</exception>
    public Quote<DrawableAnswer> Quote(GradientService gradients, ObjectiveService objectives)
    {
        try
        {
            return QuoteAnswer(gradients, objectives).Below(Path);
        }
        catch (FaultException fault)
        {
            throw fault.Below(Path);
        }
    }

    protected abstract Quote<DrawableAnswer> QuoteAnswer(GradientService gradients, ObjectiveService objectives);
}
