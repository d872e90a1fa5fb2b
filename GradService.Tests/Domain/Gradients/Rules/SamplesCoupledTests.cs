using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients.Rules;

public sealed class SamplesCoupledTests
{
    private const string Code = "samples-coupled";

    [Fact]
    public void The_message_has_the_share_of_the_squared_jacobian_off_the_diagonal()
    {
        var answer = ForumProblem.Coupled(2, Train.Mode).Answer(new Jacobian());
        var jacobian = Answers.Flat(answer.Gradients);
        var (all, own) = (jacobian.Sum(entry => entry * entry), Enumerable.Range(0, 8).Sum(i => jacobian[i * 9] * jacobian[i * 9]));
        var finding = answer.Finding(Code);
        Assert.Equal((all - own) / all, answer.Diagnostics.Coupling!.Share, 1e-12);
        Assert.Equal(Severity.Info, finding!.Severity);
        Assert.Contains($"{FindingOf.Digits(100 * (all - own) / all)}% of the squared Jacobian", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Less_than_a_thousandth_is_not_worth_saying()
    {
        var answer = ForumProblem.Coupled(1e-2, Train.Mode).Answer(new Jacobian());
        Assert.InRange(answer.Diagnostics.Coupling!.Share, 1e-8, 1e-3);
        Assert.Null(answer.Finding(Code));
    }

    [Fact]
    public void Uncoupled_samples_have_a_share_of_exactly_zero()
    {
        var answer = ForumProblem.Coupled(2, TrainDetached.Mode).Answer(new Jacobian());
        Assert.Equal(0, answer.Diagnostics.Coupling!.Share);
        Assert.Null(answer.Finding(Code));
    }

    [Fact]
    public void Kinds_that_do_not_show_the_coupling_say_nothing_of_it() =>
        Assert.All(new Question[] { new Sum(), new PerSample() }, kind => Assert.Null(ForumProblem.Coupled(2, Train.Mode).Answer(kind).Diagnostics.Coupling));
}
