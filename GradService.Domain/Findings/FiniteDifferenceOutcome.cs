namespace GradService.Domain.Findings;

/// <summary>An answer beside central differences.</summary>
/// <param name="Report">As reported.</param>
/// <param name="Drawn">Entries drawn, those that were not compared included.</param>
internal sealed record FiniteDifferenceOutcome(FiniteDifferenceReport Report, int Drawn)
{
    /// <summary>Entries whose difference reaches across a point at which a layer's derivative jumps; they are not compared.</summary>
    public required int AcrossKinks { get; init; }

    /// <summary>Entries at a corner: one-sided differences disagree, whatever the step; they are not compared.</summary>
    public required int AtCorners { get; init; }

    /// <summary>Entries of which no step tells whether they are right; they are not compared.</summary>
    public required int Unjudged { get; init; }

    /// <summary>What jumps across those kinks, in words.</summary>
    public required IReadOnlyCollection<string> Jumps { get; init; }

    /// <summary>Whether nothing that was compared rises above rounding noise.</summary>
    public required bool BelowNoise { get; init; }

    /// <summary>The largest noise of a difference, as estimated, of those compared or else of those that could not be judged.</summary>
    public required double Noise { get; init; }
}

/// <summary>How far the answer is from central differences on a float64 copy of the network.</summary>
public sealed record FiniteDifferenceReport
{
    /// <summary>Entries compared, 64 at most, drawn by a seed made from the request.</summary>
    public required int Checked { get; init; }

    /// <summary>The largest step, relative to max(1, |x|), or to the spread of a column of inputs or of a parameter where that is larger.</summary>
    public required double Step { get; init; }

    /// <summary>The largest difference; 0 where everything is below noise.</summary>
    public required double MaxAbsoluteError { get; init; }

    /// <summary>The same, relative to the largest entry of the answer; 0 where everything is below noise.</summary>
    public required double MaxRelativeError { get; init; }
}
