using GradService.Domain.Findings;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Problems;
using static GradService.Tests.Domain.Findings.FindingOf;

namespace GradService.Tests.Domain.Objectives.Rules;

public sealed class SumDiffersTests
{
    private const string Code = "sum-differs";

    /// <summary>By how much, of what, and the cosine of the parameter gradients, from three answers that know nothing of each other.</summary>
    [Fact]
    public void The_message_has_the_difference_the_slope_and_the_cosine()
    {
        var (sum, slope) = (Bent(PoissonProblem.Variant("a")).Answer(), Bent(PoissonProblem.Variant("c")).Answer());
        var (a, b) = (sum.Terms[0].Residuals!, slope.Terms[0].Residuals!);
        var product = sum.ParameterGradients!.Sum(pair =>
            Enumerable.Range(0, pair.Value.Count).Sum(i => pair.Value[i] * slope.ParameterGradients![pair.Key][i]));
        var message = sum.Finding(Code)!.Message;
        Assert.Equal(Severity.Warning, sum.Finding(Code)!.Severity);
        Assert.Contains($"off by up to {Digits(a.MaxDifference(b))}, ", message, StringComparison.Ordinal);
        Assert.Contains($"of the largest slope, {Digits(b.MaxAbsolute())}.", message, StringComparison.Ordinal);
        Assert.Contains($"its cosine is {Words.Exact(product / (sum.GradientNorm() * slope.GradientNorm()))} ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_derivative_vanishes_it_is_blindness_that_is_told()
    {
        var answer = PoissonProblem.Request(PoissonProblem.Variant("a")).Answer();
        Assert.Null(answer.Finding(Code));
        Assert.NotNull(answer.Finding("objective-blind"));
    }

    [Theory]
    [InlineData("b")]
    [InlineData("c")]
    [InlineData("d")]
    [InlineData("e")]
    [InlineData("f")]
    public void Other_variants_take_no_sums(string letter) => Assert.Null(Bent(PoissonProblem.Variant(letter)).Answer().Finding(Code));

    /// <summary>The forum's network with a curved layer behind its BatchNorm, and u_xx as it is.</summary>
    private static ObjectiveRequest Bent(ObjectiveVariant variant)
    {
        var request = PoissonProblem.Request(variant);
        return request with
        {
            Network = request.Spec() with
            {
                Layers =
                [
                    new Linear { OutFeatures = 8 }, new Tanh(), new BatchNorm(), new Linear { OutFeatures = 8 }, new Tanh(), new Linear { OutFeatures = 1 },
                ],
            },
            Terms = [new() { Name = "pde", On = "interior", Residual = "u_xx" }],
        };
    }
}
