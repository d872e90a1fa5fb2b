using GradService.Domain.Arrays;
using GradService.Domain.Findings;

namespace GradService.Domain.Objectives;

/// <summary>What is known of a loss and its parameter gradient.</summary>
internal sealed record ObjectiveEvidence : Evidence
{
    public required ObjectiveSetting Setting { get; init; }

    public required Loss Loss { get; init; }

    /// <summary>The derivatives in the terms, each on its set.</summary>
    public required IReadOnlyList<DerivativeEvidence> Derivatives { get; init; }

    /// <summary>The gradient with the statistics' part beside this one, where that part was left out; null elsewhere.</summary>
    public PartialGradientEvidence? Partial { get; init; }

    /// <summary>Point sets by another's statistics, where each is its own batch; empty elsewhere.</summary>
    public IReadOnlyList<SetEvidence> Sets { get; init; } = [];

    /// <summary>The outputs beside those of mode eval; null where that cannot differ.</summary>
    public EvalEvidence? Eval { get; init; }

    protected override IEnumerable<(string Name, IEnumerable<NdArray> Arrays)> Numbers =>
        [("residuals", Loss.Terms.Select(term => term.Residuals)), ("parameter gradient entries", Loss.ParameterGradients?.Values ?? [])];
}

/// <summary>A derivative as a loss met it.</summary>
/// <param name="Name">As formulas write it.</param>
/// <param name="Set">The point set's place.</param>
/// <param name="Samples">Points in the batch.</param>
/// <param name="Largest">Its largest absolute value.</param>
/// <param name="Detached">The largest with all statistics held constant, where the batch statistics couple the samples; else null.</param>
/// <param name="Difference">The largest difference to that; null where it was not computed.</param>
/// <param name="Moved">
/// Where it is zero at all points: its largest absolute value with all parameters moved a little, which tells a derivative that cannot be
/// anything but zero from one that happens to be; null where it was not computed.
/// </param>
internal sealed record DerivativeEvidence(string Name, int Set, long Samples, double Largest, double? Detached, double? Difference, double? Moved);

/// <summary>A gradient without the statistics' part beside the whole one.</summary>
/// <param name="Cosine">Of the angle between them.</param>
/// <param name="RelativeDifference">The norm of their difference relative to the whole one's.</param>
internal sealed record PartialGradientEvidence(double Cosine, double RelativeDifference);

/// <summary>A point set's outputs by its own statistics beside those by another set's.</summary>
/// <param name="Name">The set.</param>
/// <param name="Count">Its points.</param>
/// <param name="Other">The set whose statistics are taken instead.</param>
/// <param name="Difference">The largest difference of an output.</param>
/// <param name="Largest">The largest output by its own statistics.</param>
internal sealed record SetEvidence(string Name, long Count, string Other, double Difference, double Largest);

/// <summary>Outputs of this mode beside those of mode eval with the running statistics after this call; root mean squares relative to this mode's.</summary>
/// <param name="Relative">The difference.</param>
/// <param name="Bessel">What of it the unbiased variance makes.</param>
/// <param name="Lag">What of it the lag of the running statistics makes.</param>
/// <param name="Count">Values per channel in the batch.</param>
internal sealed record EvalEvidence(double Relative, double Bessel, double Lag, long Count);
