using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Findings;

namespace GradService.Domain.Objectives.Rules;

/// <summary>A term whose derivatives are zero whatever the parameters are: training cannot reduce it, and does not say so.</summary>
internal static class ObjectiveBlind
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("objective-blind", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(ObjectiveEvidence evidence)
    {
        var blind = evidence.Loss.Terms.Select(term => (Value: term, Derivatives: Of(term.Term, evidence)))
            .Where(pair => pair.Derivatives.Count > 0 && pair.Derivatives.All(derivative => Vanishes(derivative, evidence.Dtype))).ToList();
        return blind.Count == 0 ? null : string.Join(" ", blind.Select(pair => Sentence(pair.Value, pair.Derivatives)));
    }

    /// <summary>Zero but for rounding, as sum-gradient-vanishes counts it; or exactly zero, and so it is at other parameters.</summary>
    public static bool Vanishes(DerivativeEvidence derivative, Dtype dtype) => derivative.Detached > 0
        ? derivative.Largest < 256 * dtype.Epsilon() * Math.Sqrt(derivative.Samples) * derivative.Detached
        : derivative is { Largest: 0, Moved: 0 };

    private static List<DerivativeEvidence> Of(Term term, ObjectiveEvidence evidence)
    {
        var names = term.Residual.Quantities.Select(evidence.Setting.Objective.NameOf).ToHashSet();
        return [.. evidence.Derivatives.Where(derivative => derivative.Set == term.Set && names.Contains(derivative.Name))];
    }

    private static string Sentence(TermValue value, List<DerivativeEvidence> derivatives)
    {
        var names = Words.Names(derivatives.Select(derivative => derivative.Name));
        var largest = derivatives.MaxBy(derivative => derivative.Largest)!;
        var what = value.Term.Residual.UsesOutputs
            ? "training sees only what stands beside them"
            : $"its value, {Words.Of(value.Value)}, is what remains without them, and no parameter can reduce it";
        return $"Term '{Fault.Shortened(value.Term.Name)}' is blind: {names} {(derivatives.Count == 1 ? "vanishes" : "vanish")} identically, so that {what}. "
            + (largest.Detached is { } detached && detached > 0
                ? $"The largest is {Words.Of(largest.Largest)}, rounding noise, where the curve's own (statistics held constant) reaches {Words.Of(detached)}: "
                    + "under batch statistics these outputs sum to a constant whatever the inputs are. "
                    + "Use mode trainDetached with throughStatistics true (variant c): its derivatives are the curve's, "
                    + "and its parameter gradient is the loss's."
                : "They are exactly zero in every mode, as those of a piecewise linear network are: use smooth activations such as tanh, silu or softplus.");
    }
}
