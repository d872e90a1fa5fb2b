using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using GradService.Domain.Runs.Torch;
using GradService.Fuzz.Oracles;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>A formula looked at operation by operation is the formula itself, in value and in slope.</summary>
public sealed class FormulaStepTests
{
    private const int Usual = 500;

    [Fact]
    public void The_last_step_of_a_random_formula_is_its_value_to_the_bit()
    {
        var random = new RandomFormulas(seed: 20264);
        for (var i = 0; i < RandomCases.Count(Usual); i++)
        {
            using var scope = NewDisposeScope();
            var formula = Formula.Parse(random.Formula(5), SampleNames.Names, "residual");
            foreach (var point in random.Points())
            {
                var values = SampleValues.Of([point], Dtype.Float64);
                var expected = formula.Evaluate(values).ToDoubles()[0];
                Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(formula.Trace(values).Value.ToDoubles()[0]));
            }
        }
    }

    [Fact]
    public void Slopes_of_names_in_a_random_formula_add_up_to_its_gradient()
    {
        var random = new RandomFormulas(seed: 20265);
        var compared = 0;
        for (var i = 0; i < RandomCases.Count(Usual); i++)
        {
            using var scope = NewDisposeScope();
            var formula = Formula.Parse(random.Formula(5), SampleNames.Names, "residual");
            var leaves = SampleNames.Distinct.ToDictionary(meaning => meaning, _ => TorchRun.Leaf(tensor([random.Between(0.1, 2)])));
            var values = new SampleValues(1, Dtype.Float64, meaning => leaves[meaning]);
            var one = ones(1, ScalarType.Float64);
            var trace = formula.Trace(values);
            if (!trace.Expression.ReadsNetwork)
            {
                continue;
            }

            var slopes = trace.Slopes(one).Where(pair => pair.Step.Expression is Output or Derivative)
                .GroupBy(pair => SampleNames.Meaning((Named)pair.Step.Expression))
                .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Slope.ToDoubles()[0]));
            var (read, result) = (slopes.Keys.ToList(), formula.Evaluate(values));
            var gradients = Autograd.VectorJacobianProducts([(result, one)], [.. read.Select(meaning => leaves[meaning])])
                .Select(gradient => gradient.ToDoubles()[0]).ToList();
            Assert.Equal(gradients.All(double.IsFinite), slopes.Values.All(double.IsFinite));
            foreach (var (meaning, gradient) in read.Zip(gradients).Where(pair => double.IsFinite(pair.Second)))
            {
                compared++;
                Assert.Equal(gradient, slopes[meaning], 1e-9 * Math.Max(1, Math.Abs(gradient)));
            }
        }

        Assert.True(RandomCases.AreFewerThan(Usual) || compared > Usual / 2, $"{compared} compared");
    }

    [Fact]
    public void What_makes_a_random_formula_not_finite_is_an_operation_on_finite_numbers()
    {
        var random = new RandomFormulas(seed: 20266);
        var found = 0;
        for (var i = 0; i < RandomCases.Count(Usual); i++)
        {
            using var scope = NewDisposeScope();
            var formula = Formula.Parse(random.Formula(5), SampleNames.Names, "residual");
            foreach (var point in random.Points().Where(point => point.Values.All(double.IsFinite)))
            {
                var trace = formula.Trace(SampleValues.Of([point], Dtype.Float64));
                var value = trace.Value.ToDoubles()[0];
                var first = trace.FirstNonFinite();
                Assert.True(double.IsFinite(value) || first is not null, formula.Text);
                if (first is null)
                {
                    continue;
                }

                found++;
                Assert.False(double.IsFinite(first.Value.ToDoubles()[0]));
                Assert.All(first.Operands, operand => Assert.True(double.IsFinite(operand.Value.ToDoubles()[0]), formula.Text));
            }
        }

        Assert.True(RandomCases.AreFewerThan(Usual) || found > 50, $"{found} found");
    }
}
