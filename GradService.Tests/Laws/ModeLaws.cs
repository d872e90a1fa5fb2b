using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>What the modes have to do with each other. Where the arithmetic is the same, equality is exact.</summary>
[Trait("Lane", "Slow")]
public sealed class ModeLaws
{
    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void In_uncoupled_modes_no_output_depends_on_another_sample(string networks) =>
        RandomFamily.Of(networks).Normalised.Select(problem => problem.Detached()).Hold(problem =>
        {
            Assert.False(problem.Coupled);
            foreach (var strategy in new[] { Strategy.Structured, Strategy.RowByRow })
            {
                var jacobian = problem.Gradients(new Jacobian { Strategy = strategy });
                for (var i = 0; i < jacobian.Length; i++)
                {
                    var (sample, other) = (i / problem.Inputs.Length / problem.OutputElements, i % problem.Inputs.Length / problem.InputElements);
                    Assert.True(sample == other || jacobian[i] == 0, $"{strategy}: entry {i} couples sample {sample} to {other}");
                }
            }
        });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Row_by_row_gives_what_the_automatic_strategy_gives(string networks) => RandomFamily.Of(networks).Any.Hold(problem =>
    {
        // Each strategy rounds in its own way, and each is measured against itself, so that no disagreement hides.
        var rowByRow = new Jacobian { Strategy = Strategy.RowByRow };
        var jacobian = problem.Gradients(rowByRow);
        if (StandsOnAKink(problem, rowByRow, jacobian))
        {
            // The side is rounding's choice.
            return;
        }

        var tolerance = ((problem.IsDouble ? 1e-12 : 1e-4) * problem.Scale(jacobian)) + (16 * Math.Max(problem.Lost(rowByRow), problem.Lost(new Jacobian())));
        Answers.AssertClose(jacobian, problem.Jacobian(), tolerance, 1, "jacobian by auto");
        Answers.AssertClose(problem.Gradients(new PerSample { Strategy = Strategy.RowByRow }), problem.Gradients(new PerSample()), tolerance, 1,
            "perSample by auto");
    });

    /// <summary>Whether inputs that differ by next to nothing have another gradient, as where relu meets exactly 0.</summary>
    private static bool StandsOnAKink(Problem problem, Question question, double[] gradients) => new[] { 1e-9, -1e-9 }.Any(by =>
    {
        var moved = problem.In(Dtype.Float64) with { Inputs = [.. problem.Inputs.Select((input, i) => input + (by * (1 + (i % 3))))] };
        return moved.Gradients(question).Zip(gradients, (a, b) => Math.Abs(a - b)).Max() > 1e-3 * problem.Scale(gradients);
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Without_BatchNorm_all_modes_agree_exactly(string networks) => RandomFamily.Of(networks).Plain.Hold(problem =>
    {
        var expected = problem.InMode(Train.Mode).Answer(new Jacobian());
        foreach (var mode in BatchNormMode.All.Where(mode => mode != Train.Mode && mode != Reference.Mode))
        {
            AssertEqual(expected, problem.InMode(mode).Answer(new Jacobian()));
        }
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Eval_without_running_statistics_is_train(string networks) => NoneTracked(networks).Hold(problem =>
    {
        Assert.True(problem.InMode(Eval.Mode).Coupled);
        AssertEqual(problem.InMode(Train.Mode).Answer(new Jacobian()), problem.InMode(Eval.Mode).Answer(new Jacobian()));
    });

    [Fact]
    public void Eval_without_running_statistics_couples_the_samples()
    {
        // One BatchNorm and a bend after it, three samples: 1e-3 is far above rounding and far below what coupling gives.
        var network = RandomParameters.Fill(new()
        {
            InputShape = [2],
            Dtype = Dtype.Float64,
            Layers = [new BatchNorm { TrackRunningStats = false }, new Tanh(), new Linear { OutFeatures = 1 }],
        }, seed: 3);
        var problem = new Problem(network, RandomProblems.Batch(new Random(3), network, 3).Doubles.ToArray(), 3, new BatchNormSpec { Mode = Eval.Mode });
        Assert.True(problem.Answer(new Jacobian()).Diagnostics.Coupling!.Share > 1e-3);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void The_batch_as_its_own_reference_is_trainDetached(string networks) =>
        AllTracked(networks).Select(problem => problem with { DropoutSeed = null }).Hold(problem =>
        {
            // Dropout is left out, as it is the identity for the reference batch.
            var reference = problem.InMode(Reference.Mode, new NdArray(problem.InputShape, problem.Inputs)).Answer(new Jacobian());
            AssertEqual(problem.InMode(TrainDetached.Mode).Answer(new Jacobian()), reference);
        });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Holding_statistics_constant_leaves_outputs_and_statistics_as_they_are(string networks) => RandomFamily.Of(networks).Normalised.Hold(problem =>
    {
        var (train, detached) = (problem.InMode(Train.Mode).Answer(new Sum()), problem.InMode(TrainDetached.Mode).Answer(new Sum()));
        Assert.Equal(Answers.Flat(train.Outputs), Answers.Flat(detached.Outputs));
        foreach (var (one, other) in train.BatchNorm.Layers.Zip(detached.BatchNorm.Layers))
        {
            Assert.Equal(Answers.Flat(one.Mean), Answers.Flat(other.Mean));
            Assert.Equal(Answers.Flat(one.Variance), Answers.Flat(other.Variance));
            Assert.Equal(one.RunningVariance is null ? [] : Answers.Flat(one.RunningVariance),
                other.RunningVariance is null ? [] : Answers.Flat(other.RunningVariance));
            Assert.Equal(one.BatchesTracked, other.BatchesTracked);
        }
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Naming_every_layers_mode_is_setting_the_mode(string networks) => RandomFamily.Of(networks).Normalised.Hold(problem =>
    {
        foreach (var mode in BatchNormMode.All.Where(mode => mode != Reference.Mode))
        {
            AssertEqual(problem.InMode(mode).Answer(new Jacobian()), problem.WithModes((_, _) => mode).Answer(new Jacobian()));
        }
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Permuting_the_samples_permutes_the_answer(string networks) => RandomFamily.Of(networks).Double.Hold(problem =>
    {
        // Without dropout, whose masks stay where they are.
        problem = problem with { DropoutSeed = null };
        var order = Enumerable.Range(0, problem.Samples).ToArray();
        problem.Draws().Shuffle(order);
        var (rows, d) = (problem.OutputElements, problem.InputElements);
        var permuted = problem with { Inputs = [.. order.SelectMany(sample => problem.Inputs[(sample * d)..((sample + 1) * d)])] };
        var (before, after) = (problem.Jacobian(), permuted.Jacobian());
        var expected = new double[before.Length];
        for (var i = 0; i < expected.Length; i++)
        {
            var (row, column) = (i / problem.Inputs.Length, i % problem.Inputs.Length);
            expected[i] = before[(((order[row / rows] * rows) + (row % rows)) * problem.Inputs.Length) + (order[column / d] * d) + (column % d)];
        }

        // Statistics are summed in another order: their rounding reaches the gradient through 1/√(variance + eps).
        Answers.AssertClose(expected, after, 1e-10, problem.Scale(before), "permuted jacobian");
    });

    private static void AssertEqual(GradientResult expected, GradientResult actual)
    {
        Assert.Equal(Answers.Flat(expected.Outputs), Answers.Flat(actual.Outputs));
        Assert.Equal(Answers.Flat(expected.Gradients), Answers.Flat(actual.Gradients));
    }

    private static Gen<Problem> AllTracked(string networks) => RandomFamily.Of(networks).Normalised.Select(problem => Retracked(problem, track: true));

    private static Gen<Problem> NoneTracked(string networks) => RandomFamily.Of(networks).Normalised.Select(problem => Retracked(problem, track: false));

    private static Problem Retracked(Problem problem, bool track) =>
        RandomProblems.WithLayers(problem, Retracked(problem.Network.Layers, track)).InMode(Train.Mode);

    private static IReadOnlyList<Layer> Retracked(IReadOnlyList<Layer> layers, bool track) => [.. layers.Select(layer =>
        layer is BatchNorm batchNorm ? batchNorm with { TrackRunningStats = track } : layer.WithInner(inner => Retracked(inner, track)))];
}
