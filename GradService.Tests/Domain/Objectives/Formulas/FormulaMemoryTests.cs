using GradService.Domain.Arrays;
using GradService.Domain.Objectives.Formulas;
using GradService.Fuzz.Oracles;
using TorchSharp;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>What evaluating a formula keeps, counted in tensors.</summary>
[Collection(Api.OneAtATime.Name)]
public sealed class FormulaMemoryTests
{
    private static readonly string Long = "u" + string.Concat(Enumerable.Repeat("+x*u", 450));

    [Theory]
    [InlineData("u", 1, 0)]
    [InlineData("2", 1, 0)]
    [InlineData("x*u", 1, 0)]
    [InlineData("sin(x)*cos(u)", 3, 4)]
    [InlineData("x*(x*(x*(x*u)))", 2, 3)]
    [InlineData("(x + u)/(x - u)", 3, 2)]
    [InlineData("(x + u)^(x - u)", 3, 4)]
    [InlineData("(x + u)^2", 2, 1)]
    public void It_tells_how_many_tensors_are_alive_and_how_many_a_graph_keeps(string text, int alive, int kept)
    {
        var formula = Formula.Parse(text, SampleNames.Names, "f");
        Assert.Equal((alive, kept), (formula.Alive, formula.Kept));
    }

    [Fact]
    public void A_long_sum_of_products_keeps_nothing_but_its_values()
    {
        var formula = Formula.Parse(Long, SampleNames.Names, "f");
        Assert.Equal((900, 3, 0), (formula.Operations, formula.Alive, formula.Kept));
        using var scope = NewDisposeScope();
        using var x = ones([5], ScalarType.Float64);
        using var u = ones([5], ScalarType.Float64).requires_grad_();
        var values = new SampleValues(5, Dtype.Float64, name => name == "x" ? x : u);
        var before = scope.DisposablesCount;
        var result = formula.Evaluate(values);
        Assert.Equal(before + 1, scope.DisposablesCount);
        Assert.Equal(451, result.detach()[0].ToDouble());
    }
}
