namespace GradService.Api.Figures.Panels;

/// <summary>Bars from zero, one per row.</summary>
/// <param name="Title">What they measure.</param>
/// <param name="Finding">What is to be seen.</param>
internal sealed record BarsPanel(string Title, string Finding) : Panel(Title, Finding)
{
    /// <summary>First to last, from above.</summary>
    public required IReadOnlyList<BarRow> Rows { get; init; }

    /// <summary>What the parts of a bar are, in their order; empty where bars have one part.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>What the axis reaches to at least.</summary>
    public required (double Lower, double Upper) Reach { get; init; }

    public override string Description => $"{Title}. {Finding}. {string.Join("; ", Rows.Select(row => $"{row.Name}: {row.Label}"))}.";
}

/// <summary>A row of a chart of bars.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Parts">What its bar is made of; empty where there is none.</param>
/// <param name="Label">What stands at its end.</param>
/// <param name="IsMarked">Whether it is to stand out.</param>
internal sealed record BarRow(string Name, IReadOnlyList<double> Parts, string Label, bool IsMarked)
{
    public double Value => Parts.Sum();
}
