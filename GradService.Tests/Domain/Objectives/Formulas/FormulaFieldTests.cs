using System.Diagnostics;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using GradService.Domain.Runs.Torch;
using GradService.Tests.Problems;
using static GradService.Tests.Domain.Objectives.Formulas.FieldProblems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>Fields and their derivatives, pairs of sets, unknowns and data, against power series and against derivatives by hand.</summary>
public sealed class FormulaFieldTests
{
    /// <summary>300 random problems: two fields, the second of the first and its derivatives, and a formula of both and theirs.</summary>
    [Fact]
    public void Random_formulas_with_fields_and_pairs_have_the_values_that_power_series_have()
    {
        var random = new RandomFields(seed: 20267);
        var (compared, count) = (0, RandomCases.Count(300));
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var paired = i % 2 == 1;
            var (fields, text) = random.Draw(paired);
            if (ParsedOrBeyondOrder(fields, text, paired) is not { } formula)
            {
                continue;
            }

            var points = Enumerable.Range(0, 3).Select(_ => random.Point(paired)).ToList();
            var series = points.Select(point => new JetPoint(point, Outputs.Concat(fields).ToDictionary(), Numbers)).ToList();
            var expected = series.Select(point => JetFormula.Evaluate(text, point).Value).ToList();
            var actual = formula.Evaluate(Values(points, paired)).ToDoubles();
            for (var at = 0; at < points.Count; at++)
            {
                // Series and rules of calculus differ by rounding, which is of the size of what stood on the way.
                if (series[at].LargestOfAll < 1e5)
                {
                    compared++;
                    Assert.True(Math.Abs(actual[at] - expected[at]) <= 1e-8 * Math.Max(1, Math.Abs(expected[at])),
                        $"{string.Join("; ", fields)}; {text}: {actual[at]:R} instead of {expected[at]:R}");
                }
            }
        }

        Assert.True(RandomCases.AreFewerThan(300) || compared > 1.5 * count, $"{compared} points of {count} formulas compared");
    }

    /// <summary>A field, a formula that differentiates it, and the same by hand.</summary>
    public static TheoryData<string, string, string> Rules { get; } = new()
    {
        { "x", "f_x", "1" },
        { "x", "f_t", "0" },
        { "n", "f_xt", "n_xt" },
        { "n_t", "f_x", "n_tx" },
        { "D", "f_x + 1", "1" },
        { "3*n - x + 2", "f_x", "3*n_x - 1" },
        { "-n", "f_x", "-n_x" },
        { "x*(1 - x)*n", "f_xx", "-2*n + 2*(1 - 2*x)*n_x + x*(1 - x)*n_xx" },
        { "n/m", "f_x", "n_x/m - n*m_x/m^2" },
        { "1/m", "f_x", "-m_x/m^2" },
        { "n/2", "f_x", "n_x/2" },
        { "n^2*n_x", "f_x", "2*n*n_x^2 + n^2*n_xx" },
        { "n^3", "f_xx", "6*n*n_x^2 + 3*n^2*n_xx" },
        { "n^1", "f_x", "n_x" },
        { "n^0", "f_x", "0" },
        { "n^-1", "f_x", "-n_x/n^2" },
        { "m^2.5", "f_x", "2.5*m^1.5*m_x" },
        { "m^D", "f_x", "D*m^(D - 1)*m_x" },
        { "m^x", "f_x", "m^x*(log(m) + x*m_x/m)" },
        { "2^n", "f_x", "2^n*log(2)*n_x" },
        { "x^t", "f_t", "x^t*log(x)" },
        { "sin(n)", "f_x", "cos(n)*n_x" },
        { "cos(n)", "f_x", "-sin(n)*n_x" },
        { "tan(n)", "f_x", "n_x/cos(n)^2" },
        { "exp(n)", "f_xx", "exp(n)*(n_xx + n_x^2)" },
        { "log(m)", "f_x", "m_x/m" },
        { "sqrt(m)", "f_x", "m_x/(2*sqrt(m))" },
        { "tanh(n)", "f_x", "n_x/cosh(n)^2" },
        { "tanh(n)", "f_xx", "n_xx/cosh(n)^2 - 2*tanh(n)*n_x^2/cosh(n)^2" },
        { "abs(n - m)", "f_x", "sign(n - m)*(n_x - m_x)" },
        { "sinh(n)", "f_x", "cosh(n)*n_x" },
        { "cosh(n)", "f_x", "sinh(n)*n_x" },
        { "atan(n)", "f_x", "n_x/(1 + n^2)" },
        { "asin(x/3)", "f_x", "1/sqrt(9 - x^2)" },
        { "acos(x/3)", "f_x", "-1/sqrt(9 - x^2)" },
        { "erf(n)", "f_x", "2/sqrt(pi)*exp(-n^2)*n_x" },
        { "sign(n)*n", "f_x", "sign(n)*n_x" },
        { "step(n)*n", "f_x", "step(n)*n_x" },
        { "min(n, m)", "f_x", "step(m - n)*n_x + step(n - m)*m_x" },
        { "max(n, m)", "f_x", "step(n - m)*n_x + step(m - n)*m_x" },
        { "min(n, n + 0*m)", "f_x", "n_x" },
        { "max(x, x + 0*t)", "f_t", "0" },
        { "atan2(n, m)", "f_x", "(m*n_x - n*m_x)/(n^2 + m^2)" },
        { "atan2(t, x)", "f_tt", "-2*x*t/(x^2 + t^2)^2" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_of_calculus_gives_what_one_writes_by_hand(string field, string text, string byHand)
    {
        using var scope = NewDisposeScope();
        var values = Values([Point("s", (0.4, 0.9)), Point("s", (1.3, -0.6)), Point("s", (0.7, 2))], paired: false);
        var actual = Parse(text, false, ("f", field)).Evaluate(values).ToDoubles();
        var expected = Parse(byHand, false).Evaluate(values).ToDoubles();
        Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-12 * Math.Max(1, Math.Abs(pair.Second))));
    }

    [Theory]
    [InlineData("tanh(x)", "f_x", 20, 1.699341702116e-17)]
    [InlineData("tanh(x)", "f_x", 400, 0)]
    [InlineData("tanh(x)", "f_xx", -800, 0)]
    [InlineData("asin(x)", "f_x", 1 - 9.094947017729282e-13, 741455.2001896339)]
    [InlineData("max(x, 0)", "f_x", 0, 0.5)]
    [InlineData("min(x, 0)", "f_x", 0, 0.5)]
    [InlineData("abs(x)", "f_x", 0, 0)]
    [InlineData("x^2", "f_x", 0, 0)]
    [InlineData("x^1.5", "f_x", 0, 0)]
    public void A_derivative_keeps_its_digits_and_has_a_value_where_PyTorch_gives_one(string field, string text, double at, double expected)
    {
        using var scope = NewDisposeScope();
        var actual = Parse(text, false, ("f", field)).Evaluate(Values([Point("s", (at, 0))], paired: false)).ToDoubles()[0];
        Assert.Equal(expected, actual, 1e-9 * Math.Abs(expected));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(2000)]
    public void The_slope_of_the_slope_of_tanh_is_finite_far_out(double at)
    {
        using var scope = NewDisposeScope();
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var n = tensor([at, -at], dtype).requires_grad_();
            var result = Parse("f_x", false, ("f", "tanh(x*n)")).Evaluate(new FieldValues(2, dtype == ScalarType.Float32 ? Dtype.Float32 : Dtype.Float64,
                name => name is Output ? n : ones(2, dtype)));
            Assert.All(Autograd.VectorJacobianProduct(result, ones(2, dtype), n).ToDoubles(), slope => Assert.True(double.IsFinite(slope), $"{slope}"));
        }
    }

    [Fact]
    public void A_formula_with_fields_tells_what_it_reads_and_where()
    {
        var formula = Parse("f_x@left - n@right + D*x@left", true, ("f", "n*m"));
        Assert.Equal("D@0 m@0 m_x@0 n@0 n@1 n_x@0 x@0", string.Join(' ', formula.Leaves.Select(Written).Order(StringComparer.Ordinal)));
        Assert.True(formula.DifferentiatesField && formula.UsesOutputs && !formula.UsesTarget);
        Assert.Equal(2, formula.Derivatives.Count);
        Assert.False(Parse("f - n", false, ("f", "n*m")).DifferentiatesField);
        Assert.True(Parse("g", false, ("f", "n*m"), ("g", "f_x")).DifferentiatesField);
        Assert.True(Parse("abs(D)", false).HasCorners);
        Assert.True(Parse("f_x", false, ("f", "abs(n)*n")).HasCorners);
        Assert.False(Parse("abs(x) + sign(n)", false).HasCorners);
    }

    [Fact]
    public void What_is_one_number_everywhere_has_that_number_at_each_point_and_its_slope_is_the_sum()
    {
        using var scope = NewDisposeScope();
        var unknown = TorchRun.Leaf(tensor(0.8));
        var values = new FieldValues(3, Dtype.Float64, _ => unknown);
        foreach (var text in new[] { "D", "D^2*e/e", "f*D", "sqrt(D)" })
        {
            var formula = Parse(text, false, ("f", "1 + 0*D"));
            var result = formula.Evaluate(values);
            Assert.Equal([3], result.shape);
            var slopes = formula.Trace(values).Slopes(ones(3, ScalarType.Float64)).Where(pair => pair.Step.Expression is Unknown)
                .Sum(pair => pair.Slope.ToDoubles()[0]);
            Assert.Equal(Autograd.VectorJacobianProduct(result, ones(3, ScalarType.Float64), unknown).ToDoubles()[0], slopes, 12);
        }
    }

    [Fact]
    public void Slopes_of_what_is_common_to_several_parts_add_up()
    {
        var random = new RandomFields(seed: 20268);
        for (var i = 0; i < RandomCases.Count(100); i++)
        {
            using var scope = NewDisposeScope();
            var (fields, text) = random.Draw(paired: false);
            var known = Values([random.Point(paired: false)], paired: false);
            if (ParsedOrBeyondOrder(fields, text, paired: false) is not { } formula || !formula.Trace(known).Expression.ReadsNetwork)
            {
                continue;
            }

            var leaves = formula.Leaves.ToDictionary(name => name, name => TorchRun.Leaf(known.Read(name)));
            var values = new FieldValues(1, Dtype.Float64, name => leaves[name]);
            var one = ones(1, ScalarType.Float64);
            var slopes = formula.Trace(values).Slopes(one).Where(pair => pair.Step.Expression is Named)
                .GroupBy(pair => (Named)pair.Step.Expression).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Slope.ToDoubles()[0]));
            var gradients = Autograd.VectorJacobianProducts([(formula.Evaluate(values), one)], [.. slopes.Keys.Select(name => leaves[name])]);
            Assert.All(slopes.Values.Zip(gradients.Select(gradient => gradient.ToDoubles()[0])).Where(pair => double.IsFinite(pair.Second)),
                pair => Assert.Equal(pair.Second, pair.First, 1e-9 * Math.Max(1, Math.Abs(pair.Second))));
        }
    }

    [Fact]
    public void Fields_of_fields_stay_as_small_as_they_are_written()
    {
        const int Fields = 40;
        var fields = Enumerable.Range(0, Fields).Select(i => ($"f{i}", i == 0 ? "x + n" : $"f{i - 1}*f{i - 1}/2")).ToArray();
        var formula = Parse($"f{Fields - 1}_x", false, fields);
        Assert.InRange(formula.Operations, Fields, 6 * Fields);
        Assert.InRange(formula.Alive, 1, 3 * Fields);
        using var scope = NewDisposeScope();
        var values = Values([Point("s", (0.5, 0.1))], paired: false);
        Assert.InRange(formula.Trace(values).Upwards.Count, Fields, 8 * Fields);
        Assert.True(double.IsFinite(formula.Evaluate(values).ToDoubles()[0]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    public void A_high_derivative_of_a_long_product_ends_quickly_in_numbers_or_in_a_fault(int order)
    {
        var watch = Stopwatch.StartNew();
        var product = string.Join('*', Enumerable.Range(1, 150).Select(i => $"sin({i}*x)"));
        var text = "f_" + new string('x', order);
        var fault = Record.Exception(() => Parse(text, false, ("f", product)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        if (fault is not null)
        {
            var refused = Assert.Single(Assert.IsType<FaultException>(fault).Faults);
            Assert.Equal("residual", refused.Path);
            Assert.Contains($"more with '{text}' at position 1", refused.Message, StringComparison.Ordinal);
            Assert.Contains("at most 10000 distinct operations", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(order > 4, fault is not null);
    }

    [Fact]
    public void A_formula_thousandfold_nested_by_fields_needs_no_deep_stack()
    {
        var fields = Enumerable.Range(0, 150).Select(i => ($"f{i}", i == 0 ? "x" : string.Concat(Enumerable.Repeat("sin(", 20)) + $"f{i - 1}"
            + new string(')', 20))).ToArray();
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() =>
        {
            using var scope = NewDisposeScope();
            var formula = Parse("f149_x", false, fields);
            var values = Values([Point("s", (0.5, 0.1))], paired: false);
            Assert.Equal(formula.Evaluate(values).ToDoubles(), formula.Trace(values).Value.ToDoubles());
        }), 1024 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
