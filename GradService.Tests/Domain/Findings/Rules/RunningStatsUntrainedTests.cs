using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class RunningStatsUntrainedTests
{
    private const string Code = "running-stats-untrained";

    [Fact]
    public void Eval_with_the_statistics_of_a_new_network_says_which_layer_and_which_parameter()
    {
        var finding = ForumProblem.Of(Eval.Mode).Finding(Code, new Sum());
        Assert.Equal(Severity.Warning, finding!.Severity);
        Assert.Contains("BatchNorm layer 2 runs in mode eval with running mean 0, running variance 1", finding.Message, StringComparison.Ordinal);
        Assert.Contains("\"2.running_mean\"", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.running_mean", 0.5)]
    [InlineData("2.running_var", 0.5)]
    public void Any_statistic_of_a_trained_network_ends_it(string parameter, double value) =>
        Assert.Null(With(parameter, new NdArray(new Shape(10),
            [.. Enumerable.Range(0, 10).Select(channel => channel == 9 ? value : parameter.EndsWith("var", StringComparison.Ordinal) ? 1.0 : 0.0)])));

    [Fact]
    public void A_batch_that_was_tracked_ends_it() => Assert.Null(With("2.num_batches_tracked", new NdArray(new Shape(), new double[] { 1 })));

    [Fact]
    public void Other_modes_do_not_look_at_them() =>
        Assert.All([Train.Mode, TrainDetached.Mode, MovingAverage.Mode], mode => Assert.Null(ForumProblem.Of(mode).Finding(Code, new Sum())));

    [Fact]
    public void Without_running_statistics_there_is_nothing_to_train() =>
        Assert.Null(ForumProblem.On(Eval.Mode, [1, 2, 4], 3, Dtype.Float64, new BatchNorm { TrackRunningStats = false }).Finding(Code, new Sum()));

    [Theory]
    [InlineData(false, 0.0, "it passes its input through")]
    [InlineData(false, 1.0, "it gives x/√(1 + eps) = 0.707107·x")]
    [InlineData(true, 1.0, "it gives weight·x/√(1 + eps) + bias with 1/√(1 + eps) = 0.707107")]
    [InlineData(true, 0.0, "it gives weight·x + bias")]
    public void It_says_what_the_layer_does(bool affine, double eps, string words) =>
        Assert.Contains(words, ForumProblem.On(Eval.Mode, [1, 2], 2, Dtype.Float64, new BatchNorm { Affine = affine, Eps = eps }).Finding(Code, new Sum())!
            .Message, StringComparison.Ordinal);

    [Fact]
    public void Layers_that_do_different_things_are_told_apart()
    {
        var plain = new BatchNorm { Affine = false, Eps = 0 };
        var message = ForumProblem.On(Eval.Mode, [1, 2], 2, Dtype.Float64, plain, plain, new BatchNorm { Eps = 1 }).Finding(Code, new Sum())!.Message;
        Assert.Contains("BatchNorm layer 0, 1, 2 run in mode eval with", message, StringComparison.Ordinal);
        Assert.Contains("layer 0, 1 passes its input through; layer 2 gives weight·x/√(1 + eps) + bias", message, StringComparison.Ordinal);
    }

    private static Finding? With(string parameter, NdArray values)
    {
        var problem = ForumProblem.Of(Eval.Mode);
        return (problem with { Network = problem.Network with { Parameters = new Dictionary<string, NdArray> { [parameter] = values } } })
            .Finding(Code, new Sum());
    }
}
