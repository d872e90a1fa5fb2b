namespace GradService.Api.Figures.Panels;

/// <summary>One plot of a figure, as numbers and words: nothing of how it is drawn.</summary>
/// <param name="Title">What it is of: "train, sum".</param>
/// <param name="Finding">What is to be seen in it, in a line.</param>
internal abstract record Panel(string Title, string Finding)
{
    /// <summary>What it shows, in sentences, for who cannot see it.</summary>
    public abstract string Description { get; }

    /// <summary>What must be known to read it; empty where nothing must.</summary>
    public virtual string Caption => "";
}
