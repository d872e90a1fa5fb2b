using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class BatchTooSmallTests
{
    private const string Code = "batch-too-small";

    [Theory]
    [InlineData("train")]
    [InlineData("trainDetached")]
    [InlineData("movingAverage")]
    public void Seven_values_per_channel_are_too_few_and_eight_are_not(string mode)
    {
        var finding = Points(7, mode).Finding(Code, new Sum());
        Assert.Equal(Severity.Warning, finding!.Severity);
        Assert.Contains("BatchNorm layer 2 are taken over 7 values per channel, fewer than 8", finding.Message, StringComparison.Ordinal);
        Assert.Null(Points(8, mode).Finding(Code, new Sum()));
    }

    [Fact]
    public void Positions_count_as_values()
    {
        Assert.Contains("over 6 values", Spatial(samples: 2, positions: 3).Finding(Code, new Sum())!.Message, StringComparison.Ordinal);
        Assert.Null(Spatial(samples: 2, positions: 4).Finding(Code, new Sum()));
    }

    [Fact]
    public void Running_statistics_do_not_depend_on_the_batch() => Assert.Null(Points(7, "eval").Finding(Code, new Sum()));

    [Fact]
    public void Eval_without_running_statistics_does() =>
        Assert.NotNull(ForumProblem.On(Eval.Mode, [1, 2, 4], 3, Dtype.Float64, new BatchNorm { TrackRunningStats = false }).Finding(Code, new Sum()));

    [Fact]
    public void In_mode_reference_the_reference_batch_is_what_counts()
    {
        var problem = ForumProblem.Of(Train.Mode, samples: 3);
        Assert.Contains("reference batch", Reference(problem, 7).Finding(Code, new Sum())!.Message, StringComparison.Ordinal);
        Assert.Null(Reference(problem, 8).Finding(Code, new Sum()));
    }

    [Fact]
    public void Every_layer_concerned_is_named_with_a_count_of_its_own()
    {
        // One sample of 6 positions, and of 2 after pooling.
        var problem = ForumProblem.On(Train.Mode, [0.1, 0.5, 0.2, 0.9, 0.3, 0.7], 1, Dtype.Float64,
            new BatchNorm(), new AvgPool1d { KernelSize = new(3) }, new Tanh(), new BatchNorm());
        var finding = (problem with { Network = problem.Network with { InputShape = [1, 6] } }).Finding(Code, new Sum());
        Assert.Contains("of BatchNorm layer 0 are taken over 6 values per channel, those of layer 3 are taken over 2 values per channel, fewer than 8",
            finding!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_of_one_count_share_a_place() =>
        Assert.Contains("of BatchNorm layer 0, 1 are taken over 3 values per channel, fewer than 8",
            ForumProblem.On(Train.Mode, [1, 2, 4], 3, Dtype.Float64, new BatchNorm(), new BatchNorm()).Finding(Code, new Sum())!.Message,
            StringComparison.Ordinal);

    private static Problem Points(int samples, string mode) => ForumProblem.Of(BatchNormMode.Find(mode)!, samples);

    private static Problem Reference(Problem problem, int count) =>
        problem.InMode(GradService.Domain.Statistics.Modes.Reference.Mode, RandomProblems.Batch(new Random(1), problem.Network, count));

    private static Problem Spatial(int samples, int positions)
    {
        var problem = ForumProblem.On(Train.Mode, [.. Enumerable.Range(0, samples * positions).Select(i => Math.Sin(i))], samples, Dtype.Float64,
            new BatchNorm(), new Tanh());
        return problem with { Network = problem.Network with { InputShape = [1, positions] } };
    }
}
