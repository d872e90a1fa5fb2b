using CsCheck;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Separation;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Separation;

/// <summary>How much the samples influence each other, as reported, beside sums over all blocks of the Jacobian.</summary>
[Trait("Lane", "Slow")]
public sealed class CouplingReportTests
{
    // Of the squared Jacobian; with the statistics held constant where those cancel it, as that is where rounding comes from.
    private const double Tolerance = 1e-9;

    private static readonly Jacobian Factored = new() { Form = JacobianForm.Factored };

    [Fact]
    public void Share_and_most_influential_sample_are_those_of_all_blocks_whichever_way_they_were_found() => CoupledProblems.Any.Hold(200, problem =>
    {
        var rows = problem.Answer(new Jacobian { Strategy = Strategy.RowByRow });
        var blocks = Blocks.Of(Answers.Flat(rows.Gradients), problem.Samples, problem.InputElements);
        var held = Squares(problem.Detached().Gradients(new PerSample()));
        var scale = blocks.Beside(held);
        foreach (var question in new[] { Factored, new Jacobian { Strategy = Strategy.Structured }, new Jacobian { Strategy = Strategy.RowByRow } })
        {
            var diagnostics = problem.Answer(question).Diagnostics;
            var coupling = diagnostics.Coupling!;
            Assert.Equal(blocks.Share, coupling.Share, Tolerance * scale);

            // Not squared: subtracted squares would leave 1e-8 here of what has cancelled.
            Assert.Equal(Math.Sqrt(blocks.Squares), diagnostics.GradientNorm!.Value, 1e-12 * Math.Sqrt(scale * blocks.Squares));
            if (!problem.Coupled)
            {
                Assert.Equal(0, coupling.Share);
                Assert.Null(coupling.MostInfluential);
            }

            if (coupling.MostInfluential is { } most)
            {
                // Two samples may be equally strong: then either.
                Assert.InRange(blocks.Columns[most.Sample], blocks.Columns.Max() - (Tolerance * scale * blocks.Squares), blocks.Columns.Max());
                Assert.Equal(blocks.Columns.Max(), most.Norm * most.Norm, Tolerance * scale * blocks.Squares);
            }
        }
    });

    [Fact]
    public void Each_layers_own_share_is_that_of_all_blocks_with_the_other_layers_left_out() =>
        CoupledProblems.Any.Where(problem => problem.Coupled).Hold(200, problem =>
        {
            var answer = problem.Answer(Factored);
            var (factors, layers) = (answer.Factors!, answer.Diagnostics.Coupling!.Layers!);
            using var given = new CoupledRun(problem);
            Assert.Equal(given.Run.Coupled.Select(trace => trace.Site.Node.Path.Name), layers.Select(layer => layer.Name));
            var held = Squares(Answers.Flat(factors.Diagonal));
            var first = 0;
            foreach (var (layer, size) in layers.Zip(given.Size.CoupledLayers))
            {
                var next = first + (2 * (int)size.Channels);
                var blocks = Blocks.Of(CouplingMultipliedOut.Of(factors, first..next), problem.Samples, problem.InputElements);
                Assert.Equal(blocks.Share, layer.Share, Tolerance * blocks.Beside(held));
                first = next;
            }

            if (layers.Count == 1)
            {
                Assert.Equal(answer.Diagnostics.Coupling!.Share, layers[0].Share);
            }
        });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_last_layers_own_share_is_what_is_left_when_the_others_hold_their_statistics(int coupled)
    {
        var problem = CoupledNetworks.Of(coupled, positions: false, outputs: 2, samples: 9);
        var alone = CoupledNetworks.Of(1, positions: false, outputs: 2, samples: 9).Answer(Factored).Diagnostics.Coupling!;
        Assert.Equal(alone.Share, problem.Answer(Factored).Diagnostics.Coupling!.Layers![^1].Share, 1e-12);
        Assert.InRange(alone.Share, 1e-3, 1);
    }

    [Fact]
    public void Two_samples_whose_coupling_all_but_cancels_still_share_it_evenly()
    {
        // Two samples normalise to ±1 whatever they are: only eps is left of the gradient, and each moves both outputs alike.
        var problem = ForumProblem.On(Train.Mode, [0.1, 0.9], 2, GradService.Domain.Arrays.Dtype.Float64, new GradService.Domain.Networks.Layers.BatchNorm
        {
            Affine = false,
            Eps = 1e-9,
        });
        var factored = problem.Answer(Factored).Diagnostics;
        Assert.Equal(0.5, factored.Coupling!.Share, 1e-6);
        Assert.Equal(problem.Answer(new Jacobian { Strategy = Strategy.RowByRow }).Diagnostics.GradientNorm!.Value, factored.GradientNorm!.Value,
            1e-6 * factored.GradientNorm!.Value);
    }

    [Fact]
    public void Row_by_row_has_no_layers_to_tell_apart() =>
        Assert.Null(CoupledNetworks.Of(2, positions: false, outputs: 1, samples: 5)
            .Answer(new Jacobian { Strategy = Strategy.RowByRow }).Diagnostics.Coupling!.Layers);

    [Fact]
    public void Samples_coupled_names_the_share_and_the_sample()
    {
        var problem = ForumProblem.Coupled(2, Train.Mode);
        var blocks = Blocks.Of(problem.Jacobian(), problem.Samples, 1);
        foreach (var question in new[] { Factored, new Jacobian(), new Jacobian { Strategy = Strategy.RowByRow } })
        {
            var message = problem.Answer(question).Finding("samples-coupled")!.Message;
            Assert.Contains($"{FindingOf.Digits(100 * blocks.Share)}% of the squared Jacobian", message, StringComparison.Ordinal);
            Assert.Contains($"Sample {Array.IndexOf(blocks.Columns, blocks.Columns.Max())} moves the others' outputs most (norm "
                + $"{FindingOf.Digits(Math.Sqrt(blocks.Columns.Max()))})", message, StringComparison.Ordinal);
        }

        Assert.Null(problem.Detached().Answer(Factored).Finding("samples-coupled"));
    }

    private static double Squares(double[] values) => values.Sum(value => value * value);

    /// <summary>Sums over the blocks of a Jacobian [N, M, N, D].</summary>
    private sealed record Blocks(double Squares, double[] Columns)
    {
        public double Share => Squares > 0 ? Columns.Sum() / Squares : 0;

        /// <summary>How much larger the squares are with the statistics held constant, at least 1.</summary>
        public double Beside(double held) => Squares > 0 ? Math.Max(1, held / Squares) : 1;

        public static Blocks Of(double[] jacobian, int samples, int elements)
        {
            var (columns, outputs) = (new double[samples], jacobian.Length / (samples * samples * elements));
            for (var entry = 0; entry < jacobian.Length; entry++)
            {
                var (row, moved) = (entry / (outputs * samples * elements), entry / elements % samples);
                columns[moved] += row == moved ? 0 : jacobian[entry] * jacobian[entry];
            }

            return new Blocks(CouplingReportTests.Squares(jacobian), columns);
        }
    }
}
