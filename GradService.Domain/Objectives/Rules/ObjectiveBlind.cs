using GradService.Domain.Faults;
using GradService.Domain.Findings;

namespace GradService.Domain.Objectives.Rules;

/// <summary>A term all of whose derivatives are zero and stay so: training cannot reduce it, and does not say so.</summary>
internal static class ObjectiveBlind
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("objective-blind", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(ObjectiveEvidence evidence)
    {
        var blind = evidence.Loss.Terms
            .Select(value => (Value: value, Derivatives: ObjectiveExamination.ReadBy(value.Term, evidence.Setting.Objective, evidence.Derivatives).ToList()))
            .Where(pair => pair.Derivatives.Count > 0 && pair.Derivatives.All(derivative => derivative.StaysZero)).ToList();
        return blind.Count == 0 ? null : string.Join(" ", blind.Select(pair => Sentence(pair.Value, pair.Derivatives)));
    }

    private static string Sentence(TermValue value, List<SetDerivativeEvidence> derivatives)
    {
        var names = Words.Names(derivatives.Select(derivative => derivative.Name));
        var largest = derivatives.MaxBy(derivative => derivative.Largest)!;
        var what = value.Term.Residual.UsesOutputs || value.Term.Residual.UsesUnknowns
            ? "training sees only what stands beside them"
            : $"its value, {Words.Of(value.Value)}, is what remains without them, and no parameter can reduce it";
        return $"Term '{Fault.Shortened(value.Term.Name)}' is blind: {names} {(derivatives.Count == 1 ? "vanishes" : "vanish")} identically, so that {what}. "
            + (largest.VanishesByMode
                ? $"The largest is {Words.Of(largest.Largest)}, rounding noise, where the curve's own (statistics held constant) reaches "
                    + $"{Words.Of(largest.Detached!.Value)}: under batch statistics these outputs sum to a constant whatever the inputs are. "
                    + "Use mode trainDetached with throughStatistics true (variant c): its derivatives are the curve's, "
                    + "and its parameter gradient is the loss's."
                : $"The reason: {FlatnessWords.Cause(largest.Flatness)}.");
    }
}
