using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Tests.House;

/// <summary>The findings that there are, in the order in which they are documented.</summary>
internal static class FindingTable
{
    public static IReadOnlyList<FindingRule> All { get; } = [.. GradientRules.All.Except(CommonRules.All).Union(ObjectiveRules.All)];
}
