using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

/// <summary>Derivatives that are zero everywhere: the reason is the true one, and no other is named.</summary>
public sealed class DerivativeVanishesTests
{
    private const string Code = "derivative-vanishes";

    [Fact]
    public void Piecewise_linear_networks_have_no_second_derivative_but_a_first()
    {
        var answer = Ask([new Linear { OutFeatures = 5 }, new Relu(), new Linear { OutFeatures = 1 }], new Derivatives { Order = 2 });
        Assert.Equal("The second derivative is zero everywhere: the network is piecewise linear (layer 1 (relu)), so that its derivatives of second and "
            + "higher order are zero wherever they exist. Use smooth activations such as tanh, silu or softplus.", answer.Finding(Code)!.Message);
        Assert.Equal(Severity.Warning, answer.Finding(Code)!.Severity);
    }

    [Fact]
    public void Affine_networks_are_curved_nowhere() =>
        Says("no layer of the network is curved", Ask([new Linear { OutFeatures = 5 }, new Linear { OutFeatures = 1 }], new Hessian()));

    [Fact]
    public void Units_that_are_off_at_every_sample_are_dead() => Says("all units of layer 1 (relu) are off at every sample, where their slope is 0",
        Ask([new Linear { OutFeatures = 1 }, new Relu(), new Linear { OutFeatures = 1 }], new PerSample(), ("0.weight", [1]), ("0.bias", [-9])));

    [Fact]
    public void Saturated_units_have_a_slope_that_is_told() => Says("all units of layer 1 (tanh) are saturated at every sample, their slope being ",
        Ask([new Linear { OutFeatures = 1 }, new Tanh(), new Linear { OutFeatures = 1 }], new PerSample(), ("0.weight", [1]), ("0.bias", [20])));

    [Fact]
    public void A_layer_of_zero_weights_is_named() => Says("the weights of layer 2 (linear) are all zero",
        Ask([new Linear { OutFeatures = 1 }, new Tanh(), new Linear { OutFeatures = 1 }], new PerSample(), ("2.weight", [0])));

    [Fact]
    public void Curved_layers_may_meet_their_straight_part_alone() => Says("layer 1 (elu) meets every sample in a straight part of its function",
        Ask([new Linear { OutFeatures = 1 }, new Elu(), new Linear { OutFeatures = 1 }], new Laplacian(), ("0.weight", [1]), ("0.bias", [3])));

    /// <summary>Two samples always normalise to ±1: their own derivatives are the statistics' and cancel.</summary>
    [Fact]
    public void Batch_statistics_may_cancel_an_own_derivative()
    {
        var answer = Ask([new BatchNorm { Affine = false, Eps = 0 }, new Linear { OutFeatures = 1 }], new PerSample(), mode: Train.Mode, samples: 2);
        Says("what flows through the batch statistics cancels it. Use mode trainDetached", answer);
    }

    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void Shares_that_sum_to_one_have_no_sum_to_differentiate(Dtype dtype) => Says("their influences cancel; no single layer shows why",
        Ask([new Linear { OutFeatures = 3 }, new Softmax()], new Sum(), dtype: dtype));

    [Fact]
    public void Weights_of_zero_say_nothing_of_what_they_weigh() =>
        Assert.Null(Ask([new Linear { OutFeatures = 1 }, new Tanh()], new Vjp { Cotangent = new NdArray(new Shape(6, 1), new double[6]) }).Finding(Code));

    [Fact]
    public void A_small_derivative_is_none_that_vanishes()
    {
        Assert.Null(Ask([new Linear { OutFeatures = 1 }, new Tanh()], new PerSample(), ("0.weight", [1]), ("0.bias", [5])).Finding(Code));
        Assert.Null(Ask([new Linear { OutFeatures = 1 }], new PerSample(), ("0.weight", [1e-9]), ("0.bias", [0])).Finding(Code));
    }

    private static void Says(string reason, GradientResult answer) => Assert.Contains(reason, answer.Finding(Code)!.Message, StringComparison.Ordinal);

    private static GradientResult Ask(IReadOnlyList<Layer> layers, Question question, (string Name, double[] Values) first = default,
        (string Name, double[] Values) second = default, BatchNormMode? mode = null, int samples = 6, Dtype dtype = Dtype.Float64)
    {
        var given = new[] { first, second }.Where(pair => pair.Name is not null).ToDictionary(
            pair => pair.Name, pair => new NdArray(pair.Name.EndsWith("weight", StringComparison.Ordinal) ? new Shape(1, 1) : new Shape(1), pair.Values));
        return DomainServices.Gradients().Differentiate(new GradientRequest
        {
            Network = new NetworkSpec { InputShape = [1], Layers = layers, Dtype = dtype, Seed = 3, Parameters = given },
            Inputs = new NdArray(new Shape(samples, 1), [.. Enumerable.Range(0, samples).Select(i => 0.1 + (0.13 * i))]),
            BatchNorm = new BatchNormSpec { Mode = mode ?? Eval.Mode },
            Gradient = question,
        }, CancellationToken.None);
    }
}
