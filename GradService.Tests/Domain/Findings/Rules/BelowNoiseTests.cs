using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class BelowNoiseTests
{
    private const string Code = "below-noise";

    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void The_forums_sum_has_nothing_to_compare_and_its_errors_are_zero(Dtype dtype)
    {
        var answer = ForumProblem.Of(Train.Mode, dtype: dtype).Answer(new Sum(), finiteDifferences: true);
        var finding = answer.Finding(Code);
        Assert.Equal(Severity.Info, finding!.Severity);
        Assert.StartsWith($"All {answer.Diagnostics.FiniteDifferences!.Checked} entries compared are below the noise", finding.Message,
            StringComparison.Ordinal);
        Assert.Equal(0, answer.Diagnostics.FiniteDifferences.MaxAbsoluteError);
        Assert.Equal(0, answer.Diagnostics.FiniteDifferences.MaxRelativeError);
    }

    [Fact]
    public void A_gradient_that_does_not_vanish_is_compared()
    {
        var answer = ForumProblem.Of(Train.Mode, samples: 12, dtype: Dtype.Float64).Answer(new PerSample(), finiteDifferences: true);
        Assert.Null(answer.Finding(Code));
        Assert.InRange(answer.Diagnostics.FiniteDifferences!.MaxRelativeError, 1e-16, 1e-6);
    }

    [Fact]
    public void Nobody_looks_where_finite_differences_were_not_asked_for() => Assert.Null(ForumProblem.Of(Train.Mode).Finding(Code, new Sum()));
}
