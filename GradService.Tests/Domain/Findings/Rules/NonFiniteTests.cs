using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class NonFiniteTests
{
    private const string Code = "non-finite";

    [Fact]
    public void A_NaN_parameter_is_counted_in_outputs_gradients_and_statistics()
    {
        // The first of two channels is NaN: 2 of its statistics used and 2 running ones, all 3 outputs and all 3 gradients.
        var answer = With(double.NaN).Answer(new PerSample());
        var finding = answer.Finding(Code);
        Assert.Equal(Severity.Error, finding!.Severity);
        Assert.StartsWith("3 of 3 outputs, 3 of 3 gradient entries and 4 BatchNorm statistics are NaN or infinite.", finding.Message, StringComparison.Ordinal);
        Assert.Equal(10, answer.Diagnostics.NonFinite);
        Assert.Equal(double.NaN, answer.Diagnostics.GradientNorm);
    }

    [Fact]
    public void A_channel_of_variance_zero_with_eps_zero_is_not_finite() =>
        Assert.NotNull(ForumProblem.On(Train.Mode, [2, 2, 2], 3, Dtype.Float64, new BatchNorm { Eps = 0 }).Finding(Code, new Sum()));

    [Fact]
    public void Finite_numbers_are_not_counted()
    {
        var answer = With(0.5).Answer(new PerSample());
        Assert.Null(answer.Finding(Code));
        Assert.Equal(0, answer.Diagnostics.NonFinite);
    }

    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void A_negative_running_variance_is_named_with_layer_channel_and_value(Dtype dtype)
    {
        var message = Message(Eval.Mode, [1, 2], dtype, [new BatchNorm()], ("0.running_var", [-1]));
        Assert.Contains("BatchNorm layer 0 (mode eval): channel 0 has a negative running variance, -1, and variance + eps = -0.99999 has no square root",
            message, StringComparison.Ordinal);
        NoOtherCause(message, "network.parameters", "inputs too large", "variance of 0");
    }

    [Fact]
    public void A_parameter_that_is_none_is_named()
    {
        var message = With(double.NaN).Finding(Code, new PerSample())!.Message;
        Assert.Contains("\"0.weight\" (1 of 2 numbers, the first is NaN)", message, StringComparison.Ordinal);
        NoOtherCause(message, "It begins", "Scale", "eps");
    }

    [Fact]
    public void A_buffer_that_is_none_is_named() =>
        Assert.Contains("\"0.running_mean\" (1 of 1 number, the first is Infinity)",
            Message(Eval.Mode, [1, 2], Dtype.Float64, [new BatchNorm()], ("0.running_mean", [double.PositiveInfinity])), StringComparison.Ordinal);

    [Theory]
    [InlineData("dense")]
    [InlineData("tensor")]
    public void The_overflow_of_a_variance_is_named_with_layer_channel_and_size(string engine)
    {
        var message = MessageBy(engine, Train.Mode, [1e20, -1e20, 2e20, 0], [new BatchNorm()]);
        Assert.Contains("BatchNorm layer 0 (mode train): channel 0 is finite, up to 2E+20 in size, but its mean is 5E+19 and its variance Infinity", message,
            StringComparison.Ordinal);
        Assert.Contains("float64", message, StringComparison.Ordinal);
        NoOtherCause(message, "network.parameters", "negative", "divided by zero");
    }

    [Fact]
    public void The_channel_that_overflows_is_the_one_that_is_named() =>
        Assert.Contains("channel 1 is finite, up to 2E+20 in size",
            ForumProblem.On(Train.Mode, [1, 2e20, 2, -1e20, 3, 0], 3, Dtype.Float32, new BatchNorm()).Finding(Code, new Sum())!.Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("dense")]
    [InlineData("tensor")]
    public void The_first_layer_that_overflows_is_named_with_the_sample(string engine)
    {
        // 1e30 squared is beyond single precision, and what follows makes NaN of it.
        var message = MessageBy(engine, Train.Mode, [1, 1e30, 2],
            [new Linear { OutFeatures = 1, Bias = false }, new Linear { OutFeatures = 1, Bias = false }, new BatchNorm()],
            ("0.weight", [1]), ("1.weight", [1e30]));
        Assert.Contains("It begins in layer 1 (linear), at sample 1: all that enters is finite, up to 1E+30 in size, and Infinity leaves", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_inside_a_block_is_named_by_its_whole_name() =>
        Assert.Contains("It begins in layer 0.layers.1 (linear), at sample 1",
            Message(Eval.Mode, [1, 1e30], Dtype.Float32,
                [new Residual { Layers = [new Identity(), new Linear { OutFeatures = 1, Bias = false }] }], ("0.layers.1.weight", [1e30])),
            StringComparison.Ordinal);

    [Fact]
    public void Samples_far_behind_are_found()
    {
        var inputs = Enumerable.Range(0, 3_000).Select(i => i == 2_345 ? 1e30 : 1).ToArray();
        Assert.Contains("at sample 2345:", Message(Eval.Mode, inputs, Dtype.Float32, [new Linear { OutFeatures = 1, Bias = false }], ("0.weight", [1e30])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Division_by_a_variance_of_zero_is_said_in_each_normalisation()
    {
        Assert.Contains("channel 0 has a variance of 0, and the layer's eps is 0: it is divided by zero",
            Message(Train.Mode, [2, 2, 2], Dtype.Float64, [new BatchNorm { Eps = 0 }]), StringComparison.Ordinal);
        var sample = Message(Train.Mode, [2, 1, 2], Dtype.Float64, [new Linear { OutFeatures = 2, Bias = false }, new LayerNorm { Eps = 0 }],
            ("0.weight", [1, 1]));
        Assert.Contains("It begins in layer 1 (layerNorm), at sample 0", sample, StringComparison.Ordinal);
        Assert.Contains("divides by zero", sample, StringComparison.Ordinal);
        Assert.Contains("The mean square over which it normalises is 0 there", Message(Eval.Mode, [0, 1, 2], Dtype.Float64, [new RmsNorm { Eps = 0 }]),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("tensor")]
    public void Where_only_the_way_back_overflows_the_layer_on_it_is_named(string engine)
    {
        var message = MessageBy(engine, Eval.Mode, [1e-30, 2e-30],
            [new Linear { OutFeatures = 1, Bias = false }, new Linear { OutFeatures = 1, Bias = false }], ("0.weight", [1e30]), ("1.weight", [1e30]));
        Assert.Contains("only gradients are not, first at sample 0. It begins on the way back through layer 0 (linear)", message, StringComparison.Ordinal);
    }

    private static void NoOtherCause(string message, params string[] others) =>
        Assert.All(others, other => Assert.DoesNotContain(other, message, StringComparison.Ordinal));

    private static string Message(BatchNormMode mode, double[] inputs, Dtype dtype, Layer[] layers, params (string Name, double[] Values)[] parameters) =>
        Problem(mode, inputs, dtype, layers, parameters).Finding(Code, new Sum())!.Message;

    private static string MessageBy(string engine, BatchNormMode mode, double[] inputs, Layer[] layers, params (string Name, double[] Values)[] parameters) =>
        Problem(mode, inputs, Dtype.Float32, layers, parameters).AnswerBy(engine, new Sum()).Finding(Code)!.Message;

    /// <summary>One input per sample; parameters take the shape that their layer has.</summary>
    private static Problem Problem(BatchNormMode mode, double[] inputs, Dtype dtype, Layer[] layers, (string Name, double[] Values)[] parameters)
    {
        var problem = ForumProblem.On(mode, inputs, inputs.Length, dtype, layers);
        var given = parameters.ToDictionary(pair => pair.Name, pair => new NdArray(
            pair.Name.EndsWith("weight", StringComparison.Ordinal) ? new Shape(pair.Values.Length, 1) : new Shape(pair.Values.Length), pair.Values));
        return problem with { Network = problem.Network with { Parameters = given } };
    }

    private static Problem With(double first)
    {
        var problem = ForumProblem.On(Train.Mode, [-1, 0.5, 2], 3, Dtype.Float64, new Linear { OutFeatures = 2 }, new BatchNorm(),
            new Linear { OutFeatures = 1 });
        return problem with
        {
            Network = problem.Network with { Parameters = new Dictionary<string, NdArray> { ["0.weight"] = new(new Shape(2, 1), new[] { first, 0.25 }) } },
        };
    }
}
