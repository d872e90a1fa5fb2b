using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives;

/// <summary>Where numbers of a loss that are not finite come from, as its finding tells.</summary>
public sealed class NonFiniteLossTests
{
    [Fact]
    public void The_root_of_zero_has_a_value_and_no_derivative()
    {
        // The last layer's weights are 0, and so are u, u_x and u_y everywhere.
        var answer = Flat("sqrt(u_x^2 + u_y^2) - 1").Answer();
        var finding = answer.Finding("non-finite")!;
        Assert.Equal(Severity.Error, finding.Severity);
        Assert.StartsWith("0 of 2 residuals,", finding.Message, StringComparison.Ordinal);
        Assert.Contains("It begins in term 'eik' at point 0 of 'm', where u_x = 0 and u_y = 0: sqrt(0) is 0, but has no finite derivative there",
            finding.Message, StringComparison.Ordinal);
        NoOtherCause(finding.Message, "network.parameters", "variance", "eps", "inputs");
    }

    [Theory]
    [InlineData("log(u - 2)", "log(-2) is NaN", "must not be negative")]
    [InlineData("log(u)", "log(0) is -Infinity", "above 0")]
    [InlineData("1/u", "1/0 is Infinity", "denominator")]
    [InlineData("x + (u - 1)^0.5", "(-1)^0.5 is NaN", "whole exponents")]
    [InlineData("u^(0 - 1)", "0^(-1) is Infinity", "away from 0")]
    [InlineData("exp(u + 1000) - 1", "exp(1E+03) is Infinity", "holds numbers up to")]
    [InlineData("(u + 1e200)*(u + 1e200)", "1E+200*1E+200 is Infinity", "holds numbers up to")]
    [InlineData("sqrt(u - 4)", "sqrt(-4) is NaN", "must not be negative")]
    [InlineData("(u - 3)^(u + 0.5)", "(-3)^0.5 is NaN", "whole exponents")]
    [InlineData("u + log(0 - 1)", "the number NaN is NaN", "")]
    public void The_operation_and_its_arguments_are_named(string residual, string operation, string advice)
    {
        var message = Flat(residual).Answer().Finding("non-finite")!.Message;
        Assert.Contains($"in term 'eik' at point 0 of 'm'", message, StringComparison.Ordinal);
        Assert.Contains(operation, message, StringComparison.Ordinal);
        Assert.Contains(advice, message, StringComparison.Ordinal);
        NoOtherCause(message, "network.parameters", "variance", "eps");
    }

    [Theory]
    [InlineData("u^0.5", "0^0.5 is 0, but has no finite derivative there")]
    [InlineData("0*sqrt(u)", "sqrt(0) is 0, but has no finite derivative there")]
    [InlineData("sqrt(abs(u))", "sqrt(0) is 0, but has no finite derivative there")]
    [InlineData("1e200*(1 + 1e200*u)", "the gradient leaves the range on its way back through")]
    public void So_is_one_whose_derivative_alone_is_not_finite(string residual, string operation) =>
        Assert.Contains(operation, Flat(residual).Answer().Finding("non-finite")!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("sqrt(x) + u")]
    [InlineData("abs(u)")]
    [InlineData("sqrt(u + 1e-12)")]
    public void What_hangs_on_no_parameter_or_has_a_slope_is_none(string residual) =>
        Assert.Null((Flat(residual) with { Points = [new() { Name = "m", Inputs = Points(0, 0, 1, 1) }] }).Answer().Finding("non-finite"));

    [Fact]
    public void The_first_point_concerned_is_named_with_what_stands_there()
    {
        // x falls from 3,000 to −999 by 1, y being the same.
        var points = Points([.. Enumerable.Range(0, 8_000).Select(i => 3_000.0 - (i / 2))]);
        Assert.Contains("at point 3000 of 'm', where x = 0: log(0) is -Infinity",
            (Flat("log(x) + u") with { Points = [new() { Name = "m", Inputs = points }] }).Answer().Finding("non-finite")!.Message, StringComparison.Ordinal);
        Assert.Contains("at point 3000 of 'm', where u = 0 and x = 0: sqrt(0) is 0, but has no finite derivative",
            (Flat("sqrt(u + x^2) - 1") with { Points = [new() { Name = "m", Inputs = points }] }).Answer().Finding("non-finite")!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void In_single_precision_the_range_is_its_own()
    {
        var message = Flat("exp(u + 100)", Dtype.Float32).Answer().Finding("non-finite")!.Message;
        Assert.Contains("exp(100) is Infinity. Float32 holds numbers up to 3.4E+38", message, StringComparison.Ordinal);
        Assert.Null(Flat("exp(u + 100)").Answer().Finding("non-finite"));
    }

    [Fact]
    public void A_network_that_overflows_is_named_and_no_formula()
    {
        var message = Scaled(1e30, new() { Name = "t", On = "m", Residual = "u" }, at: 1e30).Answer().Finding("non-finite")!.Message;
        Assert.Contains("It begins in layer 0 (linear), at point 0 of 'm'", message, StringComparison.Ordinal);
        NoOtherCause(message, "term 't'");
    }

    [Fact]
    public void Points_of_later_sets_are_counted_in_their_set()
    {
        var request = Scaled(1e30, new() { Name = "t", On = "far", Residual = "u" });
        request = request with
        {
            Points = [new() { Name = "near", Inputs = PoissonProblem.Column([1, 2, 3]) }, new() { Name = "far", Inputs = PoissonProblem.Column([1, 1e30]) }],
        };
        Assert.Contains("at point 1 of 'far'", request.Answer().Finding("non-finite")!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_derivative_that_overflows_where_values_do_not_is_named()
    {
        var request = Scaled(1, new() { Name = "t", On = "m", Residual = "u_x" }, at: 1e-30);
        var spec = (NetworkSpec)request.Network with
        {
            Layers = [new Linear { OutFeatures = 1, Bias = false }, new Linear { OutFeatures = 1, Bias = false }],
            Parameters = new Dictionary<string, NdArray> { ["0.weight"] = Matrix(1e30), ["1.weight"] = Matrix(1e30) },
        };
        Assert.Contains("the derivative u_x is Infinity at point 0 of 'm'", (request with { Network = spec }).Answer().Finding("non-finite")!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_gradient_that_overflows_in_the_network_is_named()
    {
        // u = 1e30·(1e-30·x) is finite, and so is its slope; that of the loss by the first weight is 2u·1e30·x.
        var request = Scaled(1, new() { Name = "t", On = "m", Residual = "u" }, at: 1e10);
        var spec = (NetworkSpec)request.Network with
        {
            Layers = [new Linear { OutFeatures = 1, Bias = false }, new Linear { OutFeatures = 1, Bias = false }],
            Parameters = new Dictionary<string, NdArray> { ["0.weight"] = Matrix(1e-30), ["1.weight"] = Matrix(1e30) },
        };
        var message = (request with { Network = spec }).Answer().Finding("non-finite")!.Message;
        Assert.Contains("only gradients are not, of \"0.weight\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_is_none_is_named()
    {
        var message = Scaled(double.NaN, new() { Name = "t", On = "m", Residual = "sqrt(u)" }).Answer().Finding("non-finite")!.Message;
        Assert.Contains("\"0.weight\" (1 of 1 number, the first is NaN)", message, StringComparison.Ordinal);
        NoOtherCause(message, "It begins", "sqrt");
    }

    /// <summary>Of two inputs, u being 0 everywhere.</summary>
    private static ObjectiveRequest Flat(string residual, Dtype dtype = Dtype.Float64) => new()
    {
        Network = new NetworkSpec
        {
            InputShape = [2],
            Layers = [new Linear { OutFeatures = 4 }, new Softplus(), new Linear { OutFeatures = 1 }],
            Dtype = dtype,
            Seed = 1,
            Parameters = new Dictionary<string, NdArray> { ["2.weight"] = new(new Shape(1, 4), new double[4]), ["2.bias"] = new(new Shape(1), new double[1]) },
        },
        Variables = ["x", "y"],
        Points = [new() { Name = "m", Inputs = Points(0.5, 0.5, 0.1, 0.3) }],
        Terms = [new() { Name = "eik", On = "m", Residual = residual }],
    };

    /// <summary>u = weight·x in single precision, at one point.</summary>
    private static ObjectiveRequest Scaled(double weight, ObjectiveTerm term, double at = 1) => new()
    {
        Network = new NetworkSpec
        {
            InputShape = [1],
            Layers = [new Linear { OutFeatures = 1, Bias = false }],
            Parameters = new Dictionary<string, NdArray> { ["0.weight"] = Matrix(weight) },
        },
        Points = [new() { Name = "m", Inputs = PoissonProblem.Column([at]) }],
        Terms = [term],
    };

    private static NdArray Matrix(double weight) => new(new Shape(1, 1), new[] { weight });

    private static NdArray Points(params double[] values) => new(new Shape(values.Length / 2, 2), values);

    private static void NoOtherCause(string message, params string[] others) =>
        Assert.All(others, other => Assert.DoesNotContain(other, message, StringComparison.Ordinal));
}
