using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class ZeroVarianceChannelTests
{
    private const string Code = "zero-variance-channel";

    [Fact]
    public void A_constant_channel_is_named_with_its_layer_and_eps()
    {
        var finding = Two(second: i => 3).Finding(Code, new Sum());
        Assert.Equal(Severity.Warning, finding!.Severity);
        Assert.Contains("Channel 1 of BatchNorm layer 0 has a variance below the layer's eps 1E-05 (the lowest: 0)", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"1/√(variance + eps) = {FindingOf.Digits(1 / Math.Sqrt(1e-5))}", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_channel_whose_variance_is_below_eps_counts_and_one_above_does_not()
    {
        // ±a has variance a².
        Assert.NotNull(Two(second: i => i % 2 == 0 ? 0.003 : -0.003).Finding(Code, new Sum()));
        Assert.Null(Two(second: i => i % 2 == 0 ? 0.0033 : -0.0033).Finding(Code, new Sum()));
    }

    [Fact]
    public void With_eps_zero_only_a_variance_of_zero_counts()
    {
        Assert.Contains("divided by zero", Two(second: i => 3, eps: 0).Finding(Code, new Sum())!.Message, StringComparison.Ordinal);
        Assert.Null(Two(second: i => 1e-6 * i, eps: 0).Finding(Code, new Sum()));
    }

    [Fact]
    public void Every_layer_concerned_is_named_with_its_own_channels_and_figures()
    {
        // 0 … 7 have variance 5.25; the second channel after the linear layer is 1 for all.
        var finding = Stacked().Finding(Code, new Sum())!;
        Assert.Contains("Channel 0 of BatchNorm layer 0 has a variance below the layer's eps 10 (the lowest: 5.25)", finding.Message, StringComparison.Ordinal);
        Assert.Contains("Channel 1 of BatchNorm layer 2 has a variance below the layer's eps 0 (the lowest: 0): it is divided by zero", finding.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("as far as", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_running_variance_is_called_so()
    {
        var message = With(ForumProblem.On(Eval.Mode, [1, 2], 2, Dtype.Float64, new BatchNorm()), ("0.running_var", new NdArray(new Shape(1), [-1.0])))
            .Finding(Code, new Sum())!.Message;
        Assert.Contains("(the lowest: -1): it is negative, and variance + eps has no square root. A running variance is never negative", message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("constant", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Under_a_large_eps_a_channel_is_weak_and_not_fragile()
    {
        var message = ForumProblem.On(Train.Mode, [0, 1, 2, 3, 4, 5, 6, 7], 8, Dtype.Float64, new BatchNorm { Eps = 10 }).Finding(Code, new Sum())!.Message;
        Assert.Contains($"1/√(variance + eps) = {FindingOf.Digits(1 / Math.Sqrt(15.25))}; what leaves it is weak rather than large", message,
            StringComparison.Ordinal);
        Assert.Contains($"a deviation of {FindingOf.Digits(Math.Sqrt(5.25 / 15.25))} instead of 1", message, StringComparison.Ordinal);
        Assert.DoesNotContain("fragile", message, StringComparison.Ordinal);
        Assert.DoesNotContain("constant", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(13, "dense")]
    [InlineData(13, "tensor")]
    [InlineData(5_000, "dense")]
    [InlineData(5_000, "tensor")]
    public void In_single_precision_a_large_constant_has_a_variance_of_rounding(int samples, string engine)
    {
        var message = Pressures(samples, _ => 101325.3).AnswerBy(engine, new PerSample()).Finding(Code)!.Message;
        Assert.Contains("Channel 1 of BatchNorm layer", message, StringComparison.Ordinal);
        Assert.Contains("constant inputs", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Channel 0", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("tensor")]
    public void A_variance_that_rounding_made_is_called_so(string engine)
    {
        // The mean of 101325.3 thirteen times is off by one last digit, 1/128, in both engines' sums.
        var answer = Pressures(13, _ => 101325.3).AnswerBy(engine, new PerSample());
        var variance = answer.BatchNorm.Layers[0].Variance[1];
        Assert.Equal(Math.ScaleB(1, -14), variance);
        Assert.Contains($"a variance of {FindingOf.Digits(variance)} is no more than rounding makes of a mean of {FindingOf.Digits(101325.3)}",
            answer.Finding(Code)!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("tensor")]
    public void A_reference_batch_of_equal_samples_is_looked_at_as_well(string engine)
    {
        var reference = new NdArray(new Shape(13, 2), [.. Pressures(13, _ => 101325.3).Inputs]);
        Assert.Contains("Channel 1 of BatchNorm layer 0",
            Pressures(13, i => i).InMode(GradService.Domain.Statistics.Modes.Reference.Mode, reference).AnswerBy(engine, new Sum()).Finding(Code)!.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("tensor")]
    public void A_small_variance_of_large_numbers_that_single_precision_holds_is_no_rounding(string engine) =>
        Assert.Null(Pressures(13, i => 101325 + (0.25 * (i % 2))).AnswerBy(engine, new PerSample()).Finding(Code));

    [Fact]
    public void In_double_precision_the_same_numbers_vary() =>
        Assert.Null(ForumProblem.On(Train.Mode, [.. Enumerable.Range(0, 8).Select(i => 101325.3 + (0.01 * i))], 8, Dtype.Float64, new BatchNorm())
            .Finding(Code, new Sum()));

    private static Problem Stacked() => With(
        ForumProblem.On(Train.Mode, [0, 1, 2, 3, 4, 5, 6, 7], 8, Dtype.Float64,
            new BatchNorm { Eps = 10, Affine = false }, new Linear { OutFeatures = 2 }, new BatchNorm { Eps = 0, Affine = false }),
        ("1.weight", new NdArray(new Shape(2, 1), new double[] { 1, 0 })), ("1.bias", new NdArray(new Shape(2), new double[] { 0, 1 })));

    private static Problem With(Problem problem, params (string Name, NdArray Value)[] parameters) =>
        problem with { Network = problem.Network with { Parameters = parameters.ToDictionary(pair => pair.Name, pair => pair.Value) } };

    /// <summary>A temperature and a pressure.</summary>
    private static Problem Pressures(int samples, Func<int, double> pressure) => ForumProblem.On(Train.Mode,
        [.. Enumerable.Range(0, samples).SelectMany(i => new[] { (double)(float)(0.1 * i), (float)pressure(i) })], samples, Dtype.Float32, new BatchNorm());

    private static Problem Two(Func<int, double> second, double eps = 1e-5) =>
        ForumProblem.On(Train.Mode, [.. Enumerable.Range(0, 8).SelectMany(i => new[] { Math.Sin(i), second(i) })], 8, Dtype.Float64,
            new BatchNorm { Eps = eps });
}
