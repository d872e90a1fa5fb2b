using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using GradService.Fuzz.Oracles;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>Length and depth are bounded before anything recurses: these run on a stack that is an eighth of the usual one.</summary>
public sealed class FormulaLimitTests
{
    private const int StackBytes = 1024 * 1024;

    /// <summary>What opens one level, what stands in the middle, and what closes a level.</summary>
    public static TheoryData<string, string, string> Nestings { get; } = new()
    {
        { "(", "x", ")" },
        { "-", "x", "" },
        { "+", "x", "" },
        { "- ", "x", "" },
        { "2^", "x", "" },
        { "sin(", "x", ")" },
        { "2*(", "x", ")" },
        { "x+(1-", "x", ")" },
    };

    [Theory]
    [MemberData(nameof(Nestings))]
    public void Formulas_nest_to_the_limit_and_not_beyond(string open, string middle, string close) => OnASmallStack(() =>
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat(open, depth)) + middle + string.Concat(Enumerable.Repeat(close, depth));
        using var scope = NewDisposeScope();
        Assert.Equal(1, Evaluate(Nested(Formula.MaxDepth)).numel());
        AssertTooDeep(Nested(Formula.MaxDepth + 1));
    });

    [Theory]
    [InlineData("(")]
    [InlineData("-")]
    [InlineData("2^")]
    [InlineData("sin(")]
    [InlineData("2^-")]
    [InlineData("-(")]
    [InlineData("1+(")]
    [InlineData("abs(x)^(")]
    public void A_bomb_of_full_length_is_only_too_deep(string open) => OnASmallStack(() =>
    {
        var bomb = string.Concat(Enumerable.Repeat(open, Formula.MaxLength))[..(Formula.MaxLength - 1)] + "x";
        AssertTooDeep(bomb);
    });

    [Fact]
    public void Levels_of_different_kinds_add_up()
    {
        // 16 · (sign, exponent, call, parenthesis) are 64 levels.
        var full = string.Concat(Enumerable.Repeat("-2^sin((", 16));
        Assert.NotNull(Parse(full + "x" + new string(')', 32)));
        AssertTooDeep(full + "-x" + new string(')', 32));
    }

    [Fact]
    public void What_stands_side_by_side_does_not_add_up()
    {
        Assert.NotNull(Parse(string.Join('+', Enumerable.Repeat("(x)", 200))));
        Assert.NotNull(Parse(string.Join('*', Enumerable.Repeat("x^-2", 200))));
        Assert.NotNull(Parse(string.Join('-', Enumerable.Repeat("-sin(-x)", 200))));
    }

    [Theory]
    [InlineData('+')]
    [InlineData('-')]
    [InlineData('*')]
    [InlineData('/')]
    public void The_longest_formula_is_read_evaluated_and_differentiated_and_one_character_more_is_refused(char sign) => OnASmallStack(() =>
    {
        var text = string.Concat(Enumerable.Repeat($"x{sign}", Formula.MaxLength / 2))[..(Formula.MaxLength - 1)] + " ";
        using var scope = NewDisposeScope();
        var x = ones(1, ScalarType.Float64).requires_grad_();
        var value = Parse(text).Evaluate(new SampleValues(1, Dtype.Float64, _ => x));
        var slope = sign switch
        {
            '+' or '*' => 1_000,
            _ => -998,
        };
        Assert.Equal([slope], Autograd.VectorJacobianProduct(value, ones(1, ScalarType.Float64), x).ToDoubles());

        var fault = Assert.Single(Assert.Throws<FaultException>(() => Parse(text + " ")).Faults);
        Assert.Equal(("a formula of at most 2000 characters", "2001 characters"), (fault.Expected, fault.Got));
    });

    [Fact]
    public void Limits_come_before_names_and_grammar() =>
        Assert.Equal("2001 characters", Assert.Single(Assert.Throws<FaultException>(() => Parse(new string('$', 2_001))).Faults).Got);

    private static void AssertTooDeep(string text)
    {
        var fault = Assert.Single(Assert.Throws<FaultException>(() => Parse(text)).Faults);
        Assert.StartsWith("at most 64", fault.Expected, StringComparison.Ordinal);
        Assert.StartsWith("more at position", fault.Got, StringComparison.Ordinal);
    }

    private static Formula Parse(string text) => Formula.Parse(text, SampleNames.Names, "residual");

    private static Tensor Evaluate(string text) => Parse(text).Evaluate(new SampleValues(1, Dtype.Float64, _ => ones(1, ScalarType.Float64)));

    private static void OnASmallStack(Action act)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(act), StackBytes);
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException($"On a stack of {StackBytes} bytes: {failure.Message}", failure);
        }
    }
}
