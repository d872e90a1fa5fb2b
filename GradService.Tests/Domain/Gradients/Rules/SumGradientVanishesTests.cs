using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients.Rules;

public sealed class SumGradientVanishesTests
{
    private const string Code = "sum-gradient-vanishes";

    [Theory]
    [InlineData(Dtype.Float32, false)]
    [InlineData(Dtype.Float32, true)]
    [InlineData(Dtype.Float64, false)]
    [InlineData(Dtype.Float64, true)]
    public void The_forums_sum_vanishes_with_and_without_affine_parameters_and_the_message_has_both_sizes(Dtype dtype, bool affine)
    {
        var answer = ForumProblem.Of(Train.Mode, dtype: dtype, affine: affine).Answer(new Sum());
        var detached = ForumProblem.Of(TrainDetached.Mode, dtype: dtype, affine: affine).Answer(new Sum());
        var finding = answer.Finding(Code);
        Assert.Equal(Severity.Warning, finding!.Severity);
        Assert.Contains($"largest entry is {FindingOf.Digits(answer.Gradients!.MaxAbsolute())},", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"reaches {FindingOf.Digits(detached.Gradients!.MaxAbsolute())}.", finding.Message, StringComparison.Ordinal);
        Assert.Contains("trainDetached", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_activation_after_the_last_BatchNorm_ends_it() =>
        Assert.Null(ForumProblem.Of(Train.Mode, bendAfter: true).Finding(Code, new Sum()));

    [Fact]
    public void Uncoupled_statistics_end_it() =>
        Assert.All([TrainDetached.Mode, Eval.Mode, MovingAverage.Mode], mode => Assert.Null(ForumProblem.Of(mode).Finding(Code, new Sum())));

    [Fact]
    public void It_is_said_of_sums_only() => Assert.Null(ForumProblem.Of(Train.Mode, samples: 12).Finding(Code, new PerSample()));
}
