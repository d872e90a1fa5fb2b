using GradService.Domain.Gradients;
using GradService.Domain.Objectives;
using GradService.Tests.House;

namespace GradService.Tests.Docs;

/// <summary>docs/findings.md: all findings that there are, and what they are about.</summary>
public sealed class FindingsPageTests
{
    private static readonly Markdown Page = new(Repository.Read("docs/findings.md"));

    [Fact]
    public void Its_findings_are_the_findings_that_there_are() => Assert.Equal(FindingTable.All.Select(rule => rule.Code), Page.NamesInTable("code"));

    [Fact]
    public void Each_comes_with_what_is_said() =>
        Assert.Equal(
            FindingTable.All.Select(rule => (GradientRules.All.Contains(rule), ObjectiveRules.All.Contains(rule)) switch
            {
                (true, true) => "both",
                (true, false) => "gradients",
                _ => "losses",
            }),
            Page.Table("code").Select(row => row[1]));
}
