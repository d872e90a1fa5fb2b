using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients.Rules;

public sealed class DetachedDiffersTests
{
    private const string Code = "detached-differs";

    [Fact]
    public void The_message_says_by_how_much_and_of_what()
    {
        var (answer, detached) =
            (ForumProblem.Coupled(0.5, Train.Mode).Answer(new PerSample()), ForumProblem.Coupled(0.5, TrainDetached.Mode).Answer(new PerSample()));
        var difference = Answers.Flat(answer.Gradients).Zip(Answers.Flat(detached.Gradients), (a, b) => Math.Abs(a - b)).Max();
        var finding = answer.Finding(Code);
        Assert.Equal(Severity.Info, finding!.Severity);
        Assert.Contains($"by up to {FindingOf.Digits(difference)}, {FindingOf.Digits(100 * difference / detached.Gradients!.MaxAbsolute())}%", finding.Message,
            StringComparison.Ordinal);
        Assert.Contains($"the largest detached entry, {FindingOf.Digits(detached.Gradients.MaxAbsolute())}.", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sums_have_it_too() => Assert.NotNull(ForumProblem.Of(Train.Mode).Finding(Code, new Sum()));

    [Fact]
    public void Less_than_a_thousandth_is_not_worth_saying() => Assert.Null(ForumProblem.Coupled(1e-4, Train.Mode).Finding(Code, new PerSample()));

    [Fact]
    public void Uncoupled_statistics_have_nothing_to_differ_by() => Assert.Null(ForumProblem.Coupled(0.5, TrainDetached.Mode).Finding(Code, new PerSample()));
}
