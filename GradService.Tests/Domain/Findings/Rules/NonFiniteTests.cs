using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class NonFiniteTests
{
    private const string Code = "non-finite";

    [Fact]
    public void A_NaN_parameter_is_counted_in_outputs_gradients_and_statistics()
    {
        // The first of two channels is NaN: 2 of its statistics used and 2 running ones, all 3 outputs and all 3 gradients.
        var answer = With(double.NaN).Answer(new PerSample());
        var finding = answer.Finding(Code);
        Assert.Equal(Severity.Error, finding!.Severity);
        Assert.StartsWith("3 of 3 outputs, 3 of 3 gradient entries and 4 BatchNorm statistics are NaN or infinite.", finding.Message, StringComparison.Ordinal);
        Assert.Equal(10, answer.Diagnostics.NonFinite);
        Assert.Equal(double.NaN, answer.Diagnostics.GradientNorm);
    }

    [Fact]
    public void A_channel_of_variance_zero_with_eps_zero_is_not_finite() =>
        Assert.NotNull(ForumProblem.On(Train.Mode, [2, 2, 2], 3, Dtype.Float64, new BatchNorm { Eps = 0 }).Finding(Code, new Sum()));

    [Fact]
    public void Finite_numbers_are_not_counted()
    {
        var answer = With(0.5).Answer(new PerSample());
        Assert.Null(answer.Finding(Code));
        Assert.Equal(0, answer.Diagnostics.NonFinite);
    }

    private static Problem With(double first)
    {
        var problem = ForumProblem.On(Train.Mode, [-1, 0.5, 2], 3, Dtype.Float64, new Linear { OutFeatures = 2 }, new BatchNorm(),
            new Linear { OutFeatures = 1 });
        return problem with
        {
            Network = problem.Network with { Parameters = new Dictionary<string, NdArray> { ["0.weight"] = new(new Shape(2, 1), new[] { first, 0.25 }) } },
        };
    }
}
