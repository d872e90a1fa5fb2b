using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Findings;
using GradService.Domain.Runs.Torch;

namespace GradService.Domain.Objectives;

/// <summary>What is known of a loss and its parameter gradient.</summary>
internal sealed record ObjectiveEvidence : Evidence
{
    public required ObjectiveSetting Setting { get; init; }

    public required Loss Loss { get; init; }

    /// <summary>The derivatives in the terms, each on its set.</summary>
    public required IReadOnlyList<SetDerivativeEvidence> Derivatives { get; init; }

    /// <summary>The gradient with the statistics' part beside this one, where that part was left out; null elsewhere.</summary>
    public GradientAngle? Partial { get; init; }

    /// <summary>Derivatives of the sum over the batch: its parameter gradient beside that of the same loss of the curve's slopes; null elsewhere.</summary>
    public GradientAngle? Curve { get; init; }

    /// <summary>Terms whose residual no parameter changes.</summary>
    public IReadOnlyList<UnmovedTerm> Unmoved { get; init; } = [];

    /// <summary>Point sets by another's statistics, where each is its own batch; empty elsewhere.</summary>
    public IReadOnlyList<SetEvidence> Sets { get; init; } = [];

    /// <summary>The outputs beside those of mode eval; null where that cannot differ.</summary>
    public EvalEvidence? Eval { get; init; }

    public override IEnumerable<DerivativeEvidence> Vanishing =>
        Derivatives.Where(derivative => derivative.Vanishes && !(derivative.Moved > derivative.Unnoticed));

    public override string Slope => "mode trainDetached with throughStatistics true (variant c)";

    protected override IEnumerable<(string Name, IEnumerable<NdArray> Arrays)> Numbers =>
    [
        ("residuals", Loss.Terms.Select(term => term.Residuals)), ("parameter gradient entries", Loss.ParameterGradients?.Values ?? []),
        ("unknown gradients", Loss.UnknownGradients is { Count: > 0 } unknowns ? [new NdArray(new Shape(unknowns.Count), [.. unknowns.Values])] : []),
        ("input gradient entries", Loss.InputGradients?.Values ?? []),
    ];
}

/// <summary>A derivative as a loss met it on a point set.</summary>
/// <param name="Name">As formulas write it.</param>
/// <param name="Order">Its order.</param>
/// <param name="Largest">Its largest absolute value.</param>
/// <param name="Scale">The size at which it makes the outputs what they are over the set.</param>
/// <param name="Dtype">The precision in which it was computed.</param>
/// <param name="Set">The point set.</param>
/// <param name="Samples">Points in the batch.</param>
internal sealed record SetDerivativeEvidence(string Name, int Order, double Largest, double Scale, Dtype Dtype, ObjectiveSet Set, long Samples)
    : DerivativeEvidence(Name, Order, Largest, Scale, Dtype)
{
    public override string FullName => $"{Name} on '{Fault.Shortened(Set.Name)}'";

    /// <summary>
    /// Its largest absolute value with all parameters moved a little, where nothing else tells a derivative that stays zero from one that
    /// happens to be; null where it was not computed.
    /// </summary>
    public double? Moved { get; init; }

    /// <summary>Whether it vanishes at other parameters, too, so that training cannot change it.</summary>
    public bool StaysZero => VanishesByMode || (IsIdentity && Vanishes)
        || (Vanishes && (Flatness is { Cause: not (FlatnessCause.Unknown or FlatnessCause.ZeroWeights) } || Moved <= Unnoticed));
}

/// <summary>A term whose residual no parameter changes, as far as its gradients can tell.</summary>
/// <param name="Value">The term with what it came to.</param>
/// <param name="Flatness">Why the outputs do not move by the inputs, where they do not; a hint why they do not move by the parameters.</param>
internal sealed record UnmovedTerm(TermValue Value, Flatness? Flatness)
{
    /// <summary>Whether all that it reads is zero whatever the parameters are, so that nothing need be measured.</summary>
    public bool IsIdentity { get; init; }

    /// <summary>Its largest parameter gradient; null where it was not measured.</summary>
    public double? Largest { get; init; }
}

/// <summary>A point set's outputs by its own statistics beside those by another set's.</summary>
/// <param name="Name">The set.</param>
/// <param name="Count">Its points.</param>
/// <param name="Other">The set whose statistics are taken instead.</param>
/// <param name="Difference">The largest difference of an output.</param>
/// <param name="Largest">The largest output by its own statistics.</param>
internal sealed record SetEvidence(string Name, long Count, string Other, double Difference, double Largest);

/// <summary>Outputs of this mode beside those of mode eval with the running statistics after this call; norms over all points.</summary>
/// <param name="Size">Of this mode's outputs.</param>
/// <param name="Difference">Of the difference.</param>
/// <param name="Bessel">Of what of it the unbiased variance makes.</param>
/// <param name="Lag">Of what of it the lag of the running statistics makes.</param>
/// <param name="Count">Values per channel in the batch.</param>
internal sealed record EvalEvidence(double Size, double Difference, double Bessel, double Lag, long Count)
{
    /// <summary>Where the outputs are the same: this parameter gradient beside mode eval's, which holds the statistics; null elsewhere.</summary>
    public GradientAngle? Held { get; init; }

    /// <summary>Whether the outputs are the same to one part in a thousand.</summary>
    public bool IsSame => Difference <= 1e-3 * Size;
}
