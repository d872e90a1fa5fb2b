namespace GradService.Domain.Findings;

/// <summary>Points at which a term of a loss has a corner, as its gradient goes through something whose derivative jumps there.</summary>
/// <param name="Term">The term.</param>
/// <param name="What">What is at its corner: "the norm of ∇u is exactly 0".</param>
/// <param name="Points">How many points.</param>
/// <param name="Of">Of how many.</param>
/// <param name="First">The first of them.</param>
/// <param name="Slope">The slope that PyTorch gives there: "0"; null where it gives none that is finite.</param>
internal sealed record Corner(string Term, string What, long Points, long Of, long First, string? Slope)
{
    /// <summary>For a person.</summary>
    public string Sentence =>
        $"In term '{Term}' {What} at {Points} of {Words.Count(Of, "point")} (the first: {First}): the loss has a corner there, at which "
            + "one-sided derivatives differ. "
            + (Slope is not null
                ? $"The gradient through it is given as {Slope} there, by PyTorch's choice: that need be no minimum, and steps in several directions "
                    + "may make the loss smaller."
                : "There is no finite gradient through it.");
}
