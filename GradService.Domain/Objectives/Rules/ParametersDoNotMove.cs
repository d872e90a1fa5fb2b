using GradService.Domain.Faults;
using GradService.Domain.Findings;
using GradService.Domain.Runs.Torch;

namespace GradService.Domain.Objectives.Rules;

/// <summary>A term that is there, and that no parameter changes: training can do nothing about it.</summary>
internal static class ParametersDoNotMove
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("parameters-do-not-move", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(ObjectiveEvidence evidence) => evidence.Unmoved.Count == 0 ? null : string.Join(" ", evidence.Unmoved.Select(Sentence));

    private static string Sentence(UnmovedTerm unmoved) =>
        $"Term '{Fault.Shortened(unmoved.Value.Term.Name)}' is {Words.Of(unmoved.Value.Value)}, and yet "
            + "all its parameter gradients are " + (unmoved.Largest > 0 ? $"rounding, {Words.Of(unmoved.Largest.Value)} at most" : "zero")
            + ": descent along the gradient leaves the parameters where they are"
            + (unmoved.Flatness is { Cause: not FlatnessCause.Unknown } flatness ? $", as {FlatnessWords.Cause(flatness)}." : ".");
}
