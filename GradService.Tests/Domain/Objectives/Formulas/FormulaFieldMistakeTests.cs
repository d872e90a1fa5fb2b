using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static GradService.Tests.Domain.Objectives.Formulas.FieldProblems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>What is said of names, sets, fields and functions that are none, or none there.</summary>
public sealed class FormulaFieldMistakeTests
{
    /// <summary>Whether the term has two sets, a formula, and words of what is said.</summary>
    public static TheoryData<bool, string, string[]> Mistakes { get; } = new()
    {
        { false, "D_x", ["'D_x' at position 1", "D is an unknown number"] },
        { false, "k_x", ["'k_x'", "k is data"] },
        { false, "x_t", ["x is a variable"] },
        { false, "h_x", ["'h_x' at position 1", "Field 'h' reads 'k', data that is known at the points alone"] },
        { false, "1 + f_xxxx", ["total order at most 4", "'f_xxxx' at position 5",
            "Field 'f' holds a derivative of output 'n', which would become one of order 5"] },
        { false, "n@left", ["'n@left' at position 1", "a set on which the term is taken", "Known: s."] },
        { false, "q", ["a name that is known", "'q' at position 1", "declared under 'unknowns'", "the set's 'data'"] },
        { true, "1 + n", ["'n' at position 5", "n@left or n@right"] },
        { true, "x@left - x", ["'x' at position 10", "x@left or x@right"] },
        { true, "f", ["f@left or f@right"] },
        { true, "n_x@left - n_x", ["n_x@left or n_x@right"] },
        { true, "k@left", ["k@left", "Set 'left' has no data 'k'; 'right' has."] },
        { true, "h@left", ["Set 'left' has no data 'k'", "'h@left' reads it"] },
        { true, "D@left", ["D without a set", "write D"] },
        { true, "target@left - n@left", ["target belongs to the term"] },
        { true, "pi@left", ["pi without a set"] },
        { true, "n@lefd", ["Did you mean 'left'?"] },
        { true, "n @left", ["'@' at position 3", "u@left"] },
        { true, "n@ left", ["'n@' at position 1", "Write n@left"] },
        { true, "n@left@right", ["'@' at position 7"] },
        { true, "(n@left)@right", ["'@' at position 9"] },
        { true, "sin@left(n)", ["sin(…@left)"] },
        { false, "min(n)", ["',' and another argument", "')' at position 6", "min has two arguments"] },
        { false, "max(n, m, x)", ["',' at position 9", "max has two arguments"] },
        { false, "1,5", ["',' at position 2", "decimals have a point"] },
        { false, "(n, m)", ["',' at position 3"] },
        { false, "sinh", ["'(' after sinh"] },
        { false, "sec(x)", ["'sec' at position 1", "Write 1/cos(x)."] },
        { false, "cot(x)", ["Write 1/tan(x)."] },
        { false, "arctan(x)", ["Write atan."] },
        { false, "ln(x)", ["Write log,"] },
        { false, "log2(x)", ["Write log(x)/log(2)"] },
        { false, "tahn(x)", ["Did you mean 'tanh'?"] },
        { false, "sqr(x)", ["Write x^2."] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_its_place_and_what_there_is(bool paired, string text, string[] words)
    {
        var fault = Refused(() => Parse(text, paired, ("f", "n_x*x*n_x"), ("h", "k*n")));
        Assert.Equal((FaultCode.Invalid, "residual"), (fault.Code, fault.Path));
        Assert.All(words, word => Assert.Contains(word, fault.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sec(x)", "'sin'")]
    [InlineData("coth(x)", "'cosh'")]
    [InlineData("acot(x)", "'acos'")]
    [InlineData("sih(x)", "Did you mean")]
    [InlineData("q", "Did you mean")]
    [InlineData("E", "Did you mean")]
    public void Nothing_of_another_meaning_is_suggested(string text, string not) =>
        Assert.DoesNotContain(not, Refused(() => Parse(text, false)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("f - target", "fields.f", "'target' at position 5")]
    [InlineData("n@left", "fields.f", "'n@left'")]
    [InlineData("g", "fields.f", "'g' at position 1")]
    public void A_field_is_refused_where_it_stands(string text, string path, string words)
    {
        var fault = Refused(() => Parse("f", false, ("f", text.Replace("f ", "n ", StringComparison.Ordinal))));
        Assert.Equal(path, fault.Path);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>A variable with the name of a function or a number that came later, a formula of it, and its value where the variable is 3.</summary>
    [Theory]
    [InlineData("step", "step*2", 6)]
    [InlineData("step", "step(step) + step", 4)]
    [InlineData("e", "e^2", 9)]
    [InlineData("max", "max(max, 1) - max", 0)]
    [InlineData("sinh", "sinh", 3)]
    [InlineData("y", "log(e^y)", 3)]
    public void A_word_that_became_a_function_is_still_a_name_where_it_is_declared(string variable, string text, double expected)
    {
        using var scope = NewDisposeScope();
        Assert.Empty(FormulaNames.Check([variable], ["u"]));
        var formula = Formula.Parse(text, new FormulaNames([variable], ["u"], HasTarget: false), "residual");
        Assert.Equal([expected], formula.Evaluate(new FieldValues(1, Dtype.Float64, _ => tensor([3.0]))).ToDoubles());
    }

    /// <summary>Unknowns, fields and data beside x and u, the path of the one fault, and words of it.</summary>
    public static TheoryData<string, string, string, string, string> Names { get; } = new()
    {
        { "D", "x", "k", "fields.x", "the name of variables[0] already" },
        { "u", "f", "k", "unknowns.u", "the name of outputs[0] already" },
        { "D", "f", "D", "points[0].data.D", "the name of unknowns.D already" },
        { "u_x", "f", "k", "unknowns.u_x", "the derivative of 'u' by 'x'" },
        { "D", "f", "f_xx", "points[0].data.f_xx", "the derivative of 'f' by 'x', 'x'" },
        { "pi", "f", "k", "unknowns.pi", "reserve pi" },
        { "D", "a b", "k", "fields.a b", "letters and digits" },
        { "D", "sin", "k", "fields.sin", "reserve" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_of_all_kinds_mean_one_thing(string unknown, string field, string column, string path, string words)
    {
        var fault = Assert.Single(FormulaNames.Check(["x"], ["u"], [unknown], [field], [(column, $"points[0].data.{column}"), (column, "points[1].data")]));
        Assert.Equal(path, fault.Path);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.Empty(FormulaNames.Check(["x"], ["u"], ["D", "e", "D_x"], ["f", "step"], [("k", "a"), ("k", "b"), ("x_u", "c")]));
    }

    private static Fault Refused(Action parse) => Assert.Single(Assert.Throws<FaultException>(parse).Faults);
}
