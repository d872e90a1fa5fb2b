namespace GradService.Domain.Findings;

/// <summary>An answer beside central differences.</summary>
/// <param name="Report">As reported.</param>
/// <param name="Drawn">Entries drawn, those across kinks included.</param>
/// <param name="AcrossKinks">Entries whose difference straddles a non-differentiable point; they are not compared.</param>
/// <param name="BelowNoise">Whether nothing that was compared rises above rounding noise.</param>
/// <param name="Noise">The largest noise of a difference, as estimated.</param>
internal sealed record FiniteDifferenceOutcome(FiniteDifferenceReport Report, int Drawn, int AcrossKinks, bool BelowNoise, double Noise);

/// <summary>How far the answer is from central differences on a float64 copy of the network.</summary>
public sealed record FiniteDifferenceReport
{
    /// <summary>Entries compared, 64 at most, drawn by a seed made from the request.</summary>
    public required int Checked { get; init; }

    /// <summary>The step, relative to max(1, |x|).</summary>
    public required double Step { get; init; }

    /// <summary>The largest difference; 0 where everything is below noise.</summary>
    public required double MaxAbsoluteError { get; init; }

    /// <summary>The same, relative to the largest entry of the answer; 0 where everything is below noise.</summary>
    public required double MaxRelativeError { get; init; }
}
