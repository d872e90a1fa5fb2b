using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Rules;

public sealed class ParametersDoNotMoveTests
{
    private const string Code = "parameters-do-not-move";

    [Fact]
    public void A_saturated_output_does_not_move_and_the_layer_is_named()
    {
        var finding = Ask([new Linear { OutFeatures = 1 }, new Sigmoid()], 60, "u").Finding(Code)!;
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.StartsWith("Term 't' is 1, and yet all its parameter gradients are rounding, ", finding.Message, StringComparison.Ordinal);
        Assert.Contains("as all units of layer 1 (sigmoid) are saturated", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bias_behind_moves_all_outputs() =>
        Assert.Null(Ask([new Linear { OutFeatures = 1 }, new Sigmoid(), new Linear { OutFeatures = 1 }], 60, "u - 3").Finding(Code));

    /// <summary>What BatchNorm normalises does not know the scale and the offset of the layer before.</summary>
    [Fact]
    public void Nothing_moves_what_is_normalised_at_the_end() =>
        Assert.NotNull(Ask([new Linear { OutFeatures = 1 }, new BatchNorm { Affine = false, Eps = 0 }], 1, "u - 3").Finding(Code));

    [Fact]
    public void A_term_without_the_network_moves_with_no_parameter() =>
        Assert.Contains("Term 't' is 9, and yet all its parameter gradients are zero",
            Ask([new Linear { OutFeatures = 1 }], 1, "0*x - 3").Finding(Code)!.Message, StringComparison.Ordinal);

    [Fact]
    public void Of_several_terms_those_that_do_not_move_are_named()
    {
        var finding = PoissonProblem.Request(PoissonProblem.Variant("a")).Answer().Finding(Code)!;
        Assert.Contains("Term 'pde'", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'bc'", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c")]
    [InlineData("e")]
    public void Terms_that_move_are_passed_over(string letter) =>
        Assert.Null(PoissonProblem.Request(PoissonProblem.Variant(letter)).Answer().Finding(Code));

    [Fact]
    public void A_residual_of_zero_has_nothing_to_move() => Assert.Null(Ask([new Linear { OutFeatures = 1 }], 1, "u - u").Finding(Code));

    private static ObjectiveResult Ask(IReadOnlyList<Layer> layers, double bias, string residual) => new ObjectiveRequest
    {
        Network = new NetworkSpec
        {
            InputShape = [1],
            Layers = layers,
            Dtype = Dtype.Float64,
            Seed = 1,
            Parameters = new Dictionary<string, NdArray> { ["0.bias"] = new(new Shape(1), [bias]) },
        },
        Points = [new() { Name = "p", Inputs = PoissonProblem.Column([0.1, 0.4, 0.5, 0.9]) }],
        Terms = [new() { Name = "t", On = "p", Residual = residual }],
        BatchNorm = new TrainingBatchNormSpec { Mode = TrainDetached.Mode },
    }.Answer();
}
