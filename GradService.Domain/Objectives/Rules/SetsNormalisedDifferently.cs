using GradService.Domain.Faults;
using GradService.Domain.Findings;

namespace GradService.Domain.Objectives.Rules;

/// <summary>Point sets with statistics of their own: conditions on one are imposed on another function than the other's.</summary>
internal static class SetsNormalisedDifferently
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("sets-normalised-differently", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(ObjectiveEvidence evidence)
    {
        var apart = evidence.Sets.Where(set => set.Difference > 1e-3 * set.Largest).ToList();
        return apart.Count == 0 ? null
            : "Each point set is normalised by its own statistics, so that they meet different functions: "
                + string.Join("; ", apart.Take(5)
                    .Select(set => $"outputs on '{Fault.Shortened(set.Name)}' differ by up to {Words.Exact(set.Difference)} between its own statistics and "
                        + $"those of '{Fault.Shortened(set.Other)}'"))
                + (apart.Count > 5 ? $"; and {apart.Count - 5} more" : "") + "."
                + (apart.Any(set => set.Count == 2) ? " Two points always normalise to ±1, whatever they are." : "")
                + " A condition on one set says nothing of the function on another. Use batches joint, or statistics that do not depend on the batch.";
    }
}
