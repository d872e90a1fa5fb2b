namespace GradService.Domain.Findings;

/// <summary>Points at which a term of a loss has a corner, as its gradient goes through something whose derivative jumps there.</summary>
/// <param name="Term">The term.</param>
/// <param name="What">What is at its corner: "the norm of ∇u", "abs".</param>
/// <param name="Points">How many points.</param>
/// <param name="Of">Of how many.</param>
/// <param name="First">The first of them.</param>
/// <param name="HasSlope">Whether PyTorch gives a slope there, which is 0; else it gives none.</param>
internal sealed record Corner(string Term, string What, long Points, long Of, long First, bool HasSlope)
{
    /// <summary>For a person.</summary>
    public string Sentence =>
        $"In term '{Term}' {What} is exactly 0 at {Points} of {Words.Count(Of, "point")} (the first: {First}): the loss has a corner there, at which "
            + "one-sided derivatives differ. "
            + (HasSlope
                ? "The gradient through it is given as 0 there, by PyTorch's choice: that need be no minimum, and steps in several directions "
                    + "may make the loss smaller."
                : "There is no finite gradient through it.");
}
