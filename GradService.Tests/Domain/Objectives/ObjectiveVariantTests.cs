using GradService.Domain.Objectives;
using GradService.Domain.Statistics;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives;

public sealed class ObjectiveVariantTests
{
    [Fact]
    public void The_six_have_their_letters() => Assert.Equal(["a", "b", "c", "d", "e", "f"], ObjectiveVariant.All.Select(variant => variant.Letter));

    [Theory]
    [InlineData("trainDetached", "PerSample", null, "c")]
    [InlineData("trainDetached", "Sum", true, "c")]
    [InlineData("movingAverage", "PerSample", null, "f")]
    [InlineData("movingAverage", "PerSample", true, null)]
    [InlineData("eval", "Sum", false, "e")]
    [InlineData("train", "Sum", true, "a")]
    [InlineData("reference", "PerSample", null, null)]
    public void What_makes_no_difference_makes_no_other_variant(string mode, string derivative, bool? through, string? letter) =>
        Assert.Equal(letter, new ObjectiveVariant
        {
            Mode = BatchNormMode.Find(mode)!,
            Derivative = Enum.Parse<InputDerivative>(derivative),
            ThroughStatistics = through,
        }.Letter);

    [Theory]
    [InlineData("c", "d")]
    [InlineData("a", "b")]
    public void A_loss_without_derivatives_knows_no_difference_but_the_statistics_part(string one, string other)
    {
        var (first, second) = (Values(one), Values(other));
        Assert.Equal(first.Value, second.Value, 1e-12);
        Assert.Equal(one == "a", first.ParameterGradients!["0.weight"].MaxDifference(second.ParameterGradients!["0.weight"]) < 1e-12);

        static ObjectiveResult Values(string letter) => PoissonProblem.Request(PoissonProblem.Variant(letter)).Only("bc").Answer();
    }

    [Fact]
    public void A_single_set_is_the_same_joint_and_by_itself()
    {
        foreach (var variant in ObjectiveVariant.All)
        {
            var request = PoissonProblem.Request(variant);
            request = request with { Points = [request.Points[0]], Terms = [request.Terms[0]] };
            var (joint, alone) = (request.Answer(), (request with { BatchNorm = request.BatchNorm with { Batches = PointBatches.PerSet } }).Answer());
            Assert.Equal(joint.Value, alone.Value);
            Assert.All(joint.ParameterGradients!, pair => Assert.Equal(0, pair.Value.MaxDifference(alone.ParameterGradients![pair.Key])));
            Assert.Equal(joint.BatchNorm.Layers![0].RunningMean!.Doubles, alone.BatchNorm.Batches![0].Layers[0].RunningMean!.Doubles);
        }
    }

    [Fact]
    public void Without_BatchNorm_all_variants_agree()
    {
        var answers = ObjectiveVariant.All.Select(variant => PoissonProblem.Request(variant, blocks: 0).Answer()).ToList();
        Assert.All(answers, answer => Assert.Equal(answers[0].Value, answer.Value));
        Assert.All(answers, answer => Assert.Empty(answer.Diagnostics.Findings));
    }

    [Fact]
    public void The_inputs_as_their_own_reference_are_trainDetached()
    {
        var detached = PoissonProblem.Request(PoissonProblem.Variant("c"), blocks: 2);
        var inputs = PoissonProblem.Column([.. detached.Points.SelectMany(points => points.Inputs!.Doubles.ToArray())]);
        var reference = (detached with { BatchNorm = detached.BatchNorm with { Mode = BatchNormMode.Find("reference")!, ReferenceInputs = inputs } }).Answer();
        var answer = detached.Answer();
        Assert.Equal(answer.Value, reference.Value, 1e-12 * answer.Value);
        Assert.All(answer.ParameterGradients!,
            pair => Assert.True(pair.Value.MaxDifference(reference.ParameterGradients![pair.Key]) <= 1e-12 * answer.Diagnostics.GradientNorm));
    }
}
