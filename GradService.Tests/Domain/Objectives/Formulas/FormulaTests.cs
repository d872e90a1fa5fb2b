using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using GradService.Fuzz.Oracles;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>What formulas mean, and what is said of those that are none, by examples.</summary>
public sealed class FormulaTests
{
    private const double X = 0.75, U = -1.25, Ux = 3;

    public static TheoryData<string, double> Values { get; } = new()
    {
        { "1 + 2*3", 7 },
        { "(1 + 2)*3", 9 },
        { "7 - 2 - 1", 4 },
        { "12/4/3", 1 },
        { "12/4*3", 9 },
        { "2^3^2", 512 },
        { "(2^3)^2", 64 },
        { "2*3^2", 18 },
        { "-2^2", -4 },
        { "(-2)^2", 4 },
        { "-x^2", -X * X },
        { "2^-2", 0.25 },
        { "2^-x^2", 0.677127773468446 },
        { "2^-2*8", 2 },
        { "- -3", 3 },
        { "+3", 3 },
        { "2*-3", -6 },
        { "1", 1 },
        { "1.", 1 },
        { ".5", 0.5 },
        { "1e-3", 0.001 },
        { "2.5E+4", 25_000 },
        { "\t1\r\n+ 1 ", 2 },
        { "pi", Math.PI },
        { "sin(pi/6)", 0.5 },
        { "cos(pi)", -1 },
        { "tan(pi/4)", 1 },
        { "exp(log(5))", 5 },
        { "sqrt(16)", 4 },
        { "tanh(0)", 0 },
        { "abs(u)", 1.25 },
        { "abs (u)^2", 1.5625 },
        { "sin(x)", 0.681638760023334 },
        { "cos(x)", 0.731688868873821 },
        { "tan(x)", 0.931596459944072 },
        { "exp(x)", 2.11700001661267 },
        { "log(x)", -0.287682072451781 },
        { "sqrt(x)", 0.866025403784439 },
        { "tanh(x)", 0.635148952387287 },
        { "u_x - u", Ux - U },
        { "u__x - u", Ux - U },
        { "1 - x", 1 - X },
        { "1/x", 1 / X },
        { "u^0", 1 },
        { "1/0", double.PositiveInfinity },
        { "0*(u/0)", double.NaN },
        { "log(u)", double.NaN },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_formula_has_the_value_that_mathematics_gives_it(string text, double expected)
    {
        using var scope = NewDisposeScope();
        foreach (var (dtype, digits) in new[] { (Dtype.Float64, 12), (Dtype.Float32, 5) })
        {
            var value = Parse(text).Evaluate(Uniform(dtype, 2));
            Assert.Equal((dtype.ToScalarType(), 2), (value.dtype, value.shape.Single()));
            Assert.All(value.ToDoubles(), actual => Assert.Equal(expected, actual, digits));
        }
    }

    [Theory]
    [InlineData("1e300*u", double.NegativeInfinity)]
    [InlineData("u - 1e39", double.NegativeInfinity)]
    [InlineData("abs(u)^1e300", double.PositiveInfinity)]
    [InlineData("1e300", double.PositiveInfinity)]
    public void A_number_beyond_single_precision_is_infinite_there(string text, double expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal([expected], Parse(text).Evaluate(Uniform(Dtype.Float32, 1)).ToDoubles());
    }

    [Fact]
    public void Constants_meet_in_double_precision_before_they_meet_a_tensor()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([X], Parse("(1e300/1e299 - 9)*x").Evaluate(Uniform(Dtype.Float32, 1)).ToDoubles(), (a, b) => Math.Abs(a - b) < 1e-7);
    }

    public static TheoryData<string, string> SameDerivative { get; } = new()
    {
        { "u_tx", "u_xt" },
        { "u_tx", "u__x__t" },
        { "u_xxxt", "u__x__t__x__x" },
        { "v_1_x", "v_1__x" },
        { "v_1_tt", "v_1__t__t" },
    };

    [Theory]
    [MemberData(nameof(SameDerivative))]
    public void A_derivative_may_be_written_in_two_ways_and_in_any_order(string one, string other) =>
        Assert.Equal(Assert.Single(Parse(one).Derivatives).Commuted, Assert.Single(Parse(other).Derivatives).Commuted);

    [Fact]
    public void A_formula_tells_what_it_needs()
    {
        var formula = Parse("u_xx + u_xt*u_tx - v_1__time^2 + pi^2*sin(pi*x)");
        Assert.Equal([new(0, [0, 0]), new(0, [0, 1]), new(0, [1, 0]), new DerivativeIndex(1, [2])], formula.Derivatives);
        Assert.False(formula.UsesOutputs);
        Assert.False(formula.UsesTarget);
        Assert.Equal("u_xx + u_xt*u_tx - v_1__time^2 + pi^2*sin(pi*x)", formula.Text);

        // Two sums, a difference, three products, a square and a sine; pi^2 is a constant.
        Assert.Equal(8, formula.Operations);

        var data = Parse("v_1 - target");
        Assert.True(data.UsesOutputs);
        Assert.True(data.UsesTarget);
        Assert.Empty(data.Derivatives);
        Assert.Equal(1, data.Operations);
        Assert.Equal(1, Parse("2").Operations);
    }

    /// <summary>A text, and words of what is said: expected, got and what to do.</summary>
    public static TheoryData<string, string[]> Mistakes { get; } = new()
    {
        { "", ["a number, a name, a function or '('", "the end, at position 1", "Names: x, t, time, u, v_1, u_x"] },
        { "  ", ["the end, at position 3"] },
        { "u_xx +", ["a number, a name, a function or '('", "the end, at position 7"] },
        { "2x", ["an operator or the end", "'x' at position 2", "written out: 2*x."] },
        { "2 sin(x)", ["'sin' at position 3", "written out: 2*sin."] },
        { "x(1 + 2)", ["'(' at position 2", "written out: x*(…."] },
        { "(x)(x)", ["'(' at position 4", "written out: )*(…."] },
        { "(1 + 2 3)", ["an operator or ')'", "'3' at position 8", "2*3"] },
        { "(1 + 2", ["an operator or ')'", "the end, at position 7"] },
        { "1 + 2)", ["an operator or the end", "')' at position 6"] },
        { "()", ["a number, a name, a function or '('", "')' at position 2"] },
        { "sin x", ["'(' after sin", "'x' at position 5", "sin(x)"] },
        { "sin", ["'(' after sin", "the end, at position 4"] },
        { "x**2", ["'*' at position 3", "A power is written ^."] },
        { "1 + / 2", ["'/' at position 5"] },
        { "1.2.3", ["an operator or the end", "'.3' at position 4"] },
        { "1e999", ["double precision", "'1e999' at position 1"] },
        { "u_xx = 1", ["'=' at position 6", "left - (right)"] },
        { "sin(x, t)", ["',' at position 6", "one argument"] },
        { "2*π", ["'π' at position 3", "Write pi."] },
        { "x + 😀", ["'😀' at position 5"] },
        { "w", ["a name that is known", "'w' at position 1", "Known: x, t, time, u, v_1, u_x"] },
        { "1 + u_z", ["'u_z' at position 5", "Did you mean 'u_x'?"] },
        { "sine(x)", ["'sine' at position 1", "Did you mean 'sin'?"] },
        { "Sin(x)", ["Did you mean 'sin'?"] },
        { "u_time", ["Did you mean 'u__time'?"] },
        { "x_u", ["'x_u' at position 1"] },
        { "u_xxxxx", ["total order at most 4", "'u_xxxxx' of order 5 at position 1"] },
        { "x + u__x__x__t__t__time", ["of order 5 at position 5"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_its_position_and_what_was_expected_there(string text, string[] words)
    {
        var fault = Refused(text);
        Assert.All(words, word => Assert.Contains(word, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_term_without_a_target_says_so()
    {
        var names = SampleNames.Names with { HasTarget = false };
        var fault = Assert.Single(Assert.Throws<FaultException>(() => Formula.Parse("u - target", names, "terms[2].residual")).Faults);
        Assert.Equal((FaultCode.Invalid, "terms[2].residual", "'target' at position 5"), (fault.Code, fault.Path, fault.Got));
        Assert.Contains("Give the term a target", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("target", Assert.Throws<FaultException>(() => Formula.Parse("w", names, "")).Message, StringComparison.Ordinal);
    }

    /// <summary>A formula of u, x and t, their values, and its derivative by u there.</summary>
    public static TheoryData<string, double, double, double> Gradients { get; } = new()
    {
        { "u^2", 0, 0, 0 },
        { "u^1", 0, 0, 1 },
        { "u^0", 0, 0, 0 },
        { "u^0", double.PositiveInfinity, 0, 0 },
        { "u^1.5", 0, 0, 0 },
        { "u^3", -2, 0, 12 },
        { "u^(1 + 1)", -2, 0, -4 },
        { "u^-1", -2, 0, -0.25 },
        { "u^x", -2, 2, -4 },
        { "u^x", 0, 2, 0 },
        { "u^x", 0, 1, 1 },
        { "u^x", 0, 0, 0 },
        { "x^u", 0, 0, 0 },
        { "0^u", 2, 0, 0 },
        { "2^u", 0, 0, Math.Log(2) },
        { "1^u", 3, 0, 0 },
        { "abs(u)", 0, 0, 0 },
        { "abs(u)", -1, 0, -1 },
        { "sqrt(u)", 4, 0, 0.25 },
        { "tanh(u)", 800, 0, 0 },
        { "u/2 - 3/4", 0, 0, 0.5 },
        { "3/u", 2, 0, -0.75 },
        { "-u^2", 3, 0, -6 },
    };

    [Theory]
    [MemberData(nameof(Gradients))]
    public void A_formula_has_a_derivative_wherever_one_would_expect_it(string text, double u, double x, double expected)
    {
        using var scope = NewDisposeScope();
        var at = tensor([u], ScalarType.Float64).requires_grad_();
        var value = Parse(text).Evaluate(new SampleValues(1, Dtype.Float64, meaning => meaning == "u" ? at : tensor([x], ScalarType.Float64)));
        Assert.Equal(expected, Autograd.VectorJacobianProduct(value, ones(1, ScalarType.Float64), at).ToDoubles()[0], 14);
    }

    private static Formula Parse(string text) => Formula.Parse(text, SampleNames.Names, "residual");

    private static Fault Refused(string text)
    {
        var fault = Assert.Single(Assert.Throws<FaultException>(() => Parse(text)).Faults);
        Assert.Equal((FaultCode.Invalid, "residual"), (fault.Code, fault.Path));
        return fault;
    }

    private static SampleValues Uniform(Dtype dtype, int count) => new(count, dtype, meaning => Tensors.Filled([count], dtype.ToScalarType(), meaning switch
    {
        "x" => X,
        "u" => U,
        "u by 0" => Ux,
        _ => throw new ArgumentOutOfRangeException(nameof(meaning), meaning, "not used in these formulas"),
    }));
}
