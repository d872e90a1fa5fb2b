using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>The statistics that are reported are those of the formulas, and handing them back goes on where the last call ended.</summary>
[Trait("Lane", "Slow")]
public sealed class RunningStatisticsLaws
{
    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Statistics_of_every_mode_are_those_of_plain_loops(string networks) => RandomFamily.Of(networks).Normalised.Hold(problem =>
        AssertStatistics(problem, problem.Answer(new Sum()).BatchNorm, problem.Oracle.Run(problem.Inputs, problem.Samples)));

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Statistics_handed_back_over_three_calls_are_those_of_one_loop_over_three_batches(string networks) =>
        RandomFamily.Of(networks).Normalised.Hold(problem =>
        {
            var (service, oracle) = (problem, problem);
            foreach (var samples in new[] { problem.Samples, 5, 3 })
            {
                var inputs = Answers.Flat(RandomProblems.Batch(new Random(problem.Salt + samples), problem.Network, samples));
                (service, oracle) = (service with { Inputs = inputs, Samples = samples }, oracle with { Inputs = inputs, Samples = samples });
                var report = service.Answer(new Sum()).BatchNorm;
                var pass = oracle.Oracle.Run(inputs, samples);
                AssertStatistics(problem, report, pass);
                service = service with { Network =
                    HandBack(service.Network, report.Layers.Select(layer => (layer.Name, layer.RunningMean, layer.RunningVariance, layer.BatchesTracked))) };
                oracle = oracle with
                {
                    Network = HandBack(oracle.Network,
                        pass.Statistics.Select(layer =>
                            (layer.Key, Array(layer.Value.RunningMean), Array(layer.Value.RunningVariance), layer.Value.BatchesTracked))),
                };
            }
        });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Calls_do_not_remember_each_other(string networks) => RandomFamily.Of(networks).Normalised.Hold(problem =>
        Assert.Equal(Words(problem.Answer(new Sum()).BatchNorm), Words(problem.Answer(new Sum()).BatchNorm)));

    /// <summary>1e-12 in double precision, 1e-4 in single, of the statistic's largest entry or 1.</summary>
    private static void AssertStatistics(Problem problem, BatchNormReport report, ManagedPass pass)
    {
        var tolerance = problem.IsDouble ? 1e-12 : 1e-4;
        Assert.Equal(pass.Statistics.Keys, report.Layers.Select(layer => layer.Name));
        foreach (var layer in report.Layers)
        {
            var expected = pass.Statistics[layer.Name];
            AssertClose(expected.Mean, layer.Mean, "mean");
            AssertClose(expected.Variance, layer.Variance, "variance");
            AssertClose(expected.RunningMean, layer.RunningMean, "running mean");
            AssertClose(expected.RunningVariance, layer.RunningVariance, "running variance");
            Assert.Equal(expected.BatchesTracked, layer.BatchesTracked);
        }

        void AssertClose(double[]? expected, NdArray? actual, string what)
        {
            Assert.Equal(expected is null, actual is null);
            if (expected is not null)
            {
                Answers.AssertClose(expected, Answers.Flat(actual!), tolerance, Math.Max(1, Answers.Largest(expected)), $"{what} {problem.Network.Dtype}");
            }
        }
    }

    private static NetworkSpec HandBack(NetworkSpec network, IEnumerable<(string Name, NdArray? Mean, NdArray? Variance, long? Count)> statistics)
    {
        var parameters = network.Parameters!.ToDictionary();
        foreach (var (name, mean, variance, count) in statistics.Where(layer => layer.Mean is not null))
        {
            parameters[$"{name}.running_mean"] = mean!;
            parameters[$"{name}.running_var"] = variance!;
            parameters[$"{name}.num_batches_tracked"] = new NdArray(new Shape(), new double[] { count!.Value });
        }

        return network with { Parameters = parameters };
    }

    private static NdArray? Array(double[]? values) => values is null ? null : new NdArray(new Shape(values.Length), values);

    private static IEnumerable<double> Words(BatchNormReport report) => report.Layers.SelectMany(layer =>
        new[] { layer.Mean, layer.Variance, layer.RunningMean, layer.RunningVariance }.SelectMany(each => each is null ? [double.NaN] : Answers.Flat(each))
            .Append(layer.BatchesTracked ?? -1));
}
