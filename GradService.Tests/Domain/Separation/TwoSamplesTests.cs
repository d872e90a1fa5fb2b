using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Separation;

/// <summary>
/// Over two values a channel is ±1 whatever they are. What the structure adds up cancels there, and through two such layers little is left
/// but rounding.
/// </summary>
public sealed class TwoSamplesTests
{
    /// <summary>More outputs than statistics: the structure takes fewer sweeps.</summary>
    private const int Outputs = 12;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_Jacobian_through_several_layers_goes_row_by_row(int blocks)
    {
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var problem = Of(blocks, samples: 2, seed);
            var (auto, rows) = (problem.Answer(new Jacobian()), problem.Answer(new Jacobian { Strategy = Strategy.RowByRow }));
            Assert.Equal(Strategy.RowByRow, auto.Diagnostics.Strategy);
            Assert.EndsWith("sweeps, and cancel over two values per channel", auto.Diagnostics.Reason, StringComparison.Ordinal);
            Assert.Equal(rows.Gradients!.Singles, auto.Gradients!.Singles);
        }
    }

    /// <summary>More outputs than the statistics' responses, so that expanding them would take fewer sweeps.</summary>
    [Fact]
    public void So_do_second_derivatives()
    {
        var problem = Of(2, samples: 2, width: 1);
        var (auto, three) = (problem.Answer(new Laplacian()).Diagnostics, Of(2, samples: 3, width: 1).Answer(new Laplacian()).Diagnostics);
        Assert.Equal((Strategy.RowByRow, Strategy.Structured), (auto.Strategy, three.Strategy));
        Assert.EndsWith("sweeps, and cancel over two values per channel", auto.Reason, StringComparison.Ordinal);
    }

    /// <summary>Why: beside rows in double precision, the errors in single precision, by the largest entry; the median of 20 networks.</summary>
    [Fact]
    public void There_the_structure_loses_ten_times_as_many_digits_as_rows_and_with_more_samples_none()
    {
        Assert.True(Lost(2, Strategy.Structured) > 10 * Lost(2, Strategy.RowByRow));
        Assert.True(Lost(3, Strategy.Structured) < 10 * Lost(3, Strategy.RowByRow));
        Assert.True(Lost(4, Strategy.Structured) < 10 * Lost(4, Strategy.RowByRow));

        static double Lost(int samples, Strategy strategy) => Enumerable.Range(0, 20).Select(seed =>
        {
            var problem = Of(2, samples, seed);
            var exact = problem.In(Dtype.Float64).Gradients(new Jacobian { Strategy = Strategy.RowByRow });
            var single = problem.Gradients(new Jacobian { Strategy = strategy });
            return exact.Zip(single, (a, b) => Math.Abs(a - b)).Max() / Answers.Largest(exact);
        }).Order().ElementAt(10);
    }

    [Fact]
    public void The_structure_is_taken_where_it_is_asked_for() =>
        Assert.Equal(Strategy.Structured, Of(2, samples: 2).Answer(new Jacobian { Strategy = Strategy.Structured }).Diagnostics.Strategy);

    /// <summary>One layer alone loses no more than rows do: the way is the cheaper one, as for more samples.</summary>
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public void Elsewhere_the_cheaper_way_is_taken(int blocks, int samples) =>
        Assert.Equal(Strategy.Structured, Of(blocks, samples).Answer(new Jacobian()).Diagnostics.Strategy);

    private static Problem Of(int blocks, int samples, int seed = 0, int width = 3)
    {
        var network = new NetworkSpec
        {
            InputShape = [2],
            Layers =
            [
                .. Enumerable.Range(0, blocks).SelectMany(_ => (Layer[])[new Linear { OutFeatures = width }, new Tanh(), new BatchNorm()]),
                new Linear { OutFeatures = Outputs },
            ],
            Seed = seed,
        };
        return new Problem(network, RandomProblems.Batch(new Random(seed), network, samples).Doubles.ToArray(), samples,
            new BatchNormSpec { Mode = Train.Mode });
    }
}
