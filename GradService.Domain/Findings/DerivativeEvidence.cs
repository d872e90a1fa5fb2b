using GradService.Domain.Arrays;
using GradService.Domain.Runs.Torch;

namespace GradService.Domain.Findings;

/// <summary>What is known of a derivative at all samples or points of a batch.</summary>
/// <param name="Name">As sentences name it: "the second derivative", "u_xx".</param>
/// <param name="Order">Its order.</param>
/// <param name="Largest">Its largest absolute value.</param>
/// <param name="Scale">The size at which it makes the outputs what they are over the batch's range of inputs: |u| / range^order.</param>
/// <param name="Dtype">The precision in which it was computed.</param>
internal record DerivativeEvidence(string Name, int Order, double Largest, double Scale, Dtype Dtype)
{
    // By how much the largest of some numbers' rounding may exceed what computing them once more shows.
    private const double Allowance = 5;

    // A difference is sure to be more than rounding beyond that many times what computing it once more shows.
    private const double Sure = 2;

    // What is larger, beside the detached derivative or its own scale, is not looked into: it may be imprecise, but it is not zero.
    private const double SmallBesideDetached = 1e-2;
    private const double SmallAlone = 1e-3;

    private const double LeastDifference = 1e-3;

    // By how much more than at its entrance rounding may have grown at the end of a network.
    private const double Growth = 100;

    /// <summary>The name with where it was taken, where that is not all of the batch.</summary>
    public virtual string FullName => Name;

    /// <summary>The largest with all statistics held constant, where the batch statistics couple the samples; else null.</summary>
    public double? Detached { get; init; }

    /// <summary>The largest difference to that.</summary>
    public double? Difference { get; init; }

    /// <summary>Whether it is zero whatever the inputs and parameters are, because it is that of a constant sum over the batch.</summary>
    public bool IsIdentity { get; init; }

    /// <summary>How far apart rounding puts two computations of it; null where that was not measured.</summary>
    public double? Noise { get; init; }

    /// <summary>Why it vanishes, where it does so with all statistics held constant; null where that was not looked into.</summary>
    public Flatness? Flatness { get; init; }

    /// <summary>Up to this size it changes no output by more than rounding over the batch's range of inputs.</summary>
    public double Unnoticed => Dtype.Epsilon() * Scale;

    /// <summary>Whether it is zero as far as can be told.</summary>
    public bool Vanishes => double.IsFinite(Largest)
        && (Largest == 0 || IsIdentity || IsRounding || (Largest <= Unnoticed && Flatness is { Cause: not FlatnessCause.Unknown }));

    /// <summary>Whether it vanishes because of what the batch statistics do: with those held constant it does not.</summary>
    public bool VanishesByMode => Vanishes && Detached > Unnoticed && (IsIdentity || Detached > Largest / SmallBesideDetached);

    /// <summary>Whether it is so small that it may be rounding.</summary>
    public bool MayBeNoise => Largest > 0 && !IsIdentity && IsSmall;

    /// <summary>Whether what it differs by from the detached one may be rounding.</summary>
    /// <param name="amplification">How much statistics make of rounding, as layers tell.</param>
    public bool MayDifferByRounding(double amplification) => Difference > LeastDifference * Detached
        && Difference < Growth * Dtype.Epsilon() * amplification * Detached;

    /// <summary>Whether it may vanish for another reason than what the batch statistics do.</summary>
    public bool MayBeFlat => (Detached ?? Largest) <= Unnoticed && (Largest <= Unnoticed || IsIdentity || IsRounding);

    private bool IsRounding => IsSmall && Largest <= Allowance * Noise;

    private bool IsSmall => Largest < SmallBesideDetached * Detached || ((Detached ?? Largest) <= Unnoticed && Largest < SmallAlone * Scale);

    /// <summary>Whether it differs from the detached one by more than a thousandth of that, and by more than rounding.</summary>
    public bool Differs => Difference > LeastDifference * Detached && Difference > Unnoticed && !(Difference <= Sure * Noise);
}
