using GradService.Tests.House;

namespace GradService.Tests.Domain.Findings;

public sealed class FindingRuleTests
{
    [Fact]
    public void The_findings_are_those_of_the_contract() => Assert.Equal(
        [
            "batch-too-small", "below-noise", "derivative-vanishes", "detached-differs", "eval-differs", "kink", "non-finite", "objective-blind",
            "own-derivative-biased", "parameter-gradient-partial", "parameters-do-not-move", "partial-statistics", "running-stats-untrained",
            "samples-coupled", "sets-normalised-differently", "sum-differs", "sum-gradient-vanishes", "train-eval-sign",
            "zero-variance-channel",
        ],
        FindingTable.All.Select(rule => rule.Code).Order());
}
