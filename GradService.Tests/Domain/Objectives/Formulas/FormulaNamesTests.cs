using GradService.Domain.Faults;
using GradService.Domain.Objectives.Formulas;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>Names that would be misread are refused before any formula is.</summary>
public sealed class FormulaNamesTests
{
    public static TheoryData<string[], string[]> Good { get; } = new()
    {
        { ["x"], ["u"] },
        { ["x", "t", "time"], ["u", "v_1", "p_in_2"] },
        { ["e", "x1", "X"], ["y", "x_u", "sine"] },
        { ["alpha"], ["u", "u_alpha"] },
        { ["x"], ["u", "u_y"] },
        { ["x"], [new string('u', FormulaNames.MaxNameLength)] },
        { [], [] },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Names_that_mean_one_thing_are_good(string[] variables, string[] outputs) => Assert.Empty(FormulaNames.Check(variables, outputs));

    /// <summary>Variables, outputs, the path of the one fault, and words of it.</summary>
    public static TheoryData<string[], string[], string, string> Bad { get; } = new()
    {
        { ["x", ""], ["u"], "variables[1]", "''" },
        { ["x", null!], ["u"], "variables[1]", "null" },
        { ["1x"], ["u"], "variables[0]", "beginning with a letter" },
        { ["_x"], ["u"], "variables[0]", "'_x'" },
        { ["x_"], ["u"], "variables[0]", "'x_'" },
        { ["x__y"], ["u"], "variables[0]", "single underscores" },
        { ["x y"], ["u"], "variables[0]", "'x y'" },
        { ["x\n"], ["u"], "variables[0]", "'x\n'" },
        { ["ξ"], ["u"], "variables[0]", "'ξ'" },
        { ["x"], [new string('u', FormulaNames.MaxNameLength + 1)], "outputs[0]", "at most 64 letters" },
        { ["x"], ["pi"], "outputs[0]", "reserve pi, target, sin" },
        { ["target"], ["u"], "variables[0]", "'target'" },
        { ["x"], ["tanh"], "outputs[0]", "'tanh'" },
        { ["x", "x"], ["u"], "variables[1]", "the name of variables[0] already" },
        { ["x"], ["u", "x"], "outputs[1]", "the name of variables[0] already" },
        { ["x"], ["u", "u_x"], "outputs[1]", "the derivative of 'u' by 'x'" },
        { ["x", "t", "u_tx"], ["u"], "variables[2]", "the derivative of 'u' by 't', 'x'" },
        { ["x"], ["u", "u_xxxxx"], "outputs[1]", "the derivative of 'u'" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_name_that_is_none_or_means_something_else_is_refused_where_it_stands(string[] variables, string[] outputs, string path, string words)
    {
        var fault = Assert.Single(FormulaNames.Check(variables, outputs));
        Assert.Equal((FaultCode.Invalid, path), (fault.Code, fault.Path));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_names_as_an_image_has_pixels_are_no_burden()
    {
        string[] variables = [.. Enumerable.Range(0, 150_528).Select(i => $"x{i}")];
        string[] outputs = [.. Enumerable.Range(0, 1_000).Select(i => $"u{i}")];
        Assert.Empty(FormulaNames.Check(variables, outputs));
        var names = new FormulaNames(variables, outputs, HasTarget: false);
        Assert.Equal(new DerivativeIndex(999, [150_527]), Assert.Single(Formula.Parse("u999__x150527 + x150526", names, "residual").Derivatives));
        Assert.InRange(Assert.Throws<FaultException>(() => Formula.Parse("u_z", names, "residual")).Message.Length, 20, 600);
    }

    [Fact]
    public void Derivatives_commute_to_the_same_whatever_the_order_of_their_variables()
    {
        Assert.Equal(new DerivativeIndex(1, [0, 2, 0]).Commuted, new DerivativeIndex(1, [2, 0, 0]).Commuted);
        Assert.Equal(new DerivativeIndex(1, [0, 2, 0]).Commuted.GetHashCode(), new DerivativeIndex(1, [2, 0, 0]).Commuted.GetHashCode());
        Assert.Equal([0, 0, 2], new DerivativeIndex(1, [2, 0, 0]).Commuted.Variables);
        Assert.NotEqual(new DerivativeIndex(1, [0, 2]), new DerivativeIndex(1, [0, 0]));
        Assert.NotEqual(new DerivativeIndex(1, [0, 2]), new DerivativeIndex(0, [0, 2]));
        Assert.NotEqual(new DerivativeIndex(1, [0]), new DerivativeIndex(1, [0, 0]));
    }

    [Fact]
    public void As_written_they_keep_their_order()
    {
        Assert.NotEqual(new DerivativeIndex(1, [0, 2]), new DerivativeIndex(1, [2, 0]));
        Assert.Equal([2, 0, 0], new DerivativeIndex(1, [2, 0, 0]).Variables);
    }
}
