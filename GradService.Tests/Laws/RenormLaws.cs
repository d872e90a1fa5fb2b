using System.Text.Json.Nodes;
using CsCheck;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Api;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>Mode renorm between the two that it lies between: train, where nothing is corrected, and eval, where everything is.</summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed class RenormLaws(GradApplication application)
{
    private static readonly Renorm Uncorrected = new() { RMax = 1, DMax = 0 };

    private static readonly Renorm Unclipped = new() { RMax = double.PositiveInfinity, DMax = double.PositiveInfinity };

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void With_rMax_1_and_dMax_0_it_is_train(string networks) => RandomFamily.Of(networks).Normalised.Hold(problem =>
    {
        // A product with one and a sum with zero are exact, but gradients add up in another order.
        var (train, renorm) = (problem.InMode(Train.Mode), problem.InMode(Uncorrected));
        foreach (var question in new Question[] { new Sum(), new PerSample(), new Jacobian() })
        {
            var expected = train.Gradients(question);
            var tolerance = ((problem.IsDouble ? 1e-12 : 1e-5) * train.Scale(expected)) + (16 * train.Lost(question));
            Answers.AssertClose(expected, renorm.Gradients(question), tolerance, 1, $"{question.Kind}");
        }
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Unclipped_it_has_the_outputs_of_eval_and_another_gradient(string networks) => RandomFamily.Of(networks).Double.Hold(problem =>
    {
        if (problem.BatchNorms.Any(placed => !((GradService.Domain.Networks.Layers.BatchNorm)placed.Layer).TrackRunningStats))
        {
            return;
        }

        var (eval, renorm) = (problem.InMode(Eval.Mode).Answer(new Jacobian()), problem.InMode(Unclipped).Answer(new Jacobian()));
        Answers.AssertClose(Answers.Flat(eval.Outputs), Answers.Flat(renorm.Outputs), 1e-9, Math.Max(1, eval.Outputs.MaxAbsolute()), "outputs");
    });

    /// <summary>What the scale and the shift are, is said by plain loops; that no gradient flows through them, by differences that hold them.</summary>
    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Its_Jacobian_is_that_of_differences_that_hold_scale_and_shift(string networks)
    {
        var compared = 0;
        RandomFamily.Of(networks).Double.Select(problem => problem.InMode(new Renorm { RMax = 1.5, DMax = 0.5 })).Hold(problem =>
        {
            var differences = CentralDifferences.Of(problem.Oracle, problem.Inputs, problem.Samples);
            if (problem.Inputs.Length < 40 && differences.Trusted.All(trusted => trusted))
            {
                var jacobian = problem.Gradients(new Jacobian());
                Answers.AssertClose(differences.Values, jacobian, 2e-6, Math.Max(problem.Scale(jacobian), differences.MaxAbsolute), "jacobian");
                Interlocked.Increment(ref compared);
            }
        });
        Assert.True(RandomCases.AreFewerThan(RandomCases.Usual) || compared > 30, $"only {compared} could be compared");
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("perSample")]
    public Task A_loss_under_rMax_1_and_dMax_0_is_that_of_train(string derivative) => Gen.Int[0, 1_000_000].SampleAsync(
        async salt =>
        {
            var renorm = new JsonObject { ["mode"] = new JsonObject { ["type"] = "renorm", ["rMax"] = 1, ["dMax"] = 0 } };
            var expected = await application.SucceedAsync("/v1/objectives", new RandomObjectives(salt).Draw(new JsonObject { ["mode"] = "train" }, derivative));
            var actual = await application.SucceedAsync("/v1/objectives", new RandomObjectives(salt).Draw(renorm, derivative));
            AssertClose(expected["value"]!, actual["value"]!);
            foreach (var (name, gradient) in expected["parameterGradients"]!.AsObject())
            {
                AssertClose(gradient!, actual["parameterGradients"]![name]!);
            }
        },
        iter: RandomCases.Count(8));

    /// <summary>The service's own differences move parameters, recompute mean and variance, and hold scale and shift.</summary>
    [Theory]
    [InlineData("sum")]
    [InlineData("perSample")]
    public Task Parameter_gradients_of_its_losses_are_central_differences(string derivative) => Gen.Int[0, 1_000_000].SampleAsync(
        async salt =>
        {
            var request = new RandomObjectives(salt)
                .Draw(new JsonObject { ["mode"] = new JsonObject { ["type"] = "renorm", ["rMax"] = 1.3, ["dMax"] = 0.4 } }, derivative);
            request["diagnostics"] = new JsonObject { ["finiteDifferences"] = true };
            var answer = await application.SucceedAsync("/v1/objectives", request);
            var report = answer["diagnostics"]!["finiteDifferences"]!;
            Assert.True(report["maxRelativeError"]!.GetValue<double>() < 1e-5, $"{report}\n{request.ToJsonString()}");
        },
        iter: RandomCases.Count(8));

    private static void AssertClose(JsonNode expected, JsonNode actual)
    {
        var (first, second) = (Numbers(expected).ToList(), Numbers(actual).ToList());
        var scale = Math.Max(1e-300, first.Max(Math.Abs));
        Assert.Equal(first.Count, second.Count);
        Assert.All(first.Zip(second), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-9 * scale, $"{pair.Second} instead of {pair.First}"));
    }

    private static IEnumerable<double> Numbers(JsonNode node) => node is JsonArray list ? list.SelectMany(entry => Numbers(entry!)) : [node.GetValue<double>()];
}
