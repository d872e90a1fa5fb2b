using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class ZeroVarianceChannelTests
{
    private const string Code = "zero-variance-channel";

    [Fact]
    public void A_constant_channel_is_named_with_its_layer_and_eps()
    {
        var finding = Two(second: i => 3).Finding(Code, new Sum());
        Assert.Equal(Severity.Warning, finding!.Severity);
        Assert.Contains("Channel 1 of BatchNorm layer 0 has a variance below the layer's eps 1E-05 (the lowest: 0)", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"1/√eps = {FindingOf.Digits(1 / Math.Sqrt(1e-5))}", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_channel_whose_variance_is_below_eps_counts_and_one_above_does_not()
    {
        // ±a has variance a².
        Assert.NotNull(Two(second: i => i % 2 == 0 ? 0.003 : -0.003).Finding(Code, new Sum()));
        Assert.Null(Two(second: i => i % 2 == 0 ? 0.0033 : -0.0033).Finding(Code, new Sum()));
    }

    [Fact]
    public void With_eps_zero_only_a_variance_of_zero_counts()
    {
        Assert.Contains("divided by zero", Two(second: i => 3, eps: 0).Finding(Code, new Sum())!.Message, StringComparison.Ordinal);
        Assert.Null(Two(second: i => 1e-6 * i, eps: 0).Finding(Code, new Sum()));
    }

    private static Problem Two(Func<int, double> second, double eps = 1e-5) =>
        ForumProblem.On(Train.Mode, [.. Enumerable.Range(0, 8).SelectMany(i => new[] { Math.Sin(i), second(i) })], 8, Dtype.Float64,
            new BatchNorm { Eps = eps });
}
