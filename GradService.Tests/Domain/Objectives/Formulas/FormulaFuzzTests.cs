using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using GradService.Fuzz.Oracles;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>Whatever is written: a clear error where the oracle reads no formula, the oracle's value where it does, and nothing else.</summary>
[Trait("Lane", "Slow")]
public sealed class FormulaFuzzTests
{
    private const int Usual = 10_000, UsualGradients = 2_000;

    [Fact]
    public void Random_texts_are_refused_clearly_or_computed_rightly()
    {
        var random = new RandomFormulas(seed: 20261);
        var outcome = Compare(random, random.Nonsense);
        AssertBothCame(outcome, least: 0.03);
    }

    [Fact]
    public void Formulas_with_mistakes_are_refused_clearly_or_computed_rightly()
    {
        var random = new RandomFormulas(seed: 20262);
        var outcome = Compare(random, random.Mutated);
        AssertBothCame(outcome, least: 0.2);
        Assert.True(RandomCases.AreFewerThan(Usual) || outcome.Certain > 0.8 * outcome.Values, $"{outcome}");
    }

    /// <summary>
    /// Parameter gradients of the sum over some points, where every value hangs on three parameters, against central differences of the oracle.
    /// Nothing may be infinite on the way, two steps must agree, and the loss be moderate, else there is a kink or a pole, or rounding is all there is.
    /// </summary>
    [Fact]
    public void Gradients_of_random_formulas_are_their_central_differences()
    {
        const int points = 3;
        var count = RandomCases.Count(UsualGradients);
        var random = new RandomFormulas(seed: 20263, positiveBases: true);
        var compared = 0;
        for (var i = 0; i < count; i++)
        {
            var text = random.Formula(5);
            var dependence = SampleNames.Distinct.ToDictionary(meaning => meaning,
                _ => Enumerable.Range(0, points)
                    .Select(_ => (At: random.Between(-2, 2), By: new[] { random.Between(-1, 1), random.Between(-1, 1), random.Between(-1, 1) })).ToArray());
            double Loss(double[] parameters) =>
                Enumerable.Range(0, points).Select(point => PlainFormula.Evaluate(text, SampleNames.BySpelling(dependence.ToDictionary(
                    each => each.Key, each => each.Value[point].At + Math.Sin(parameters.Zip(each.Value[point].By, (p, by) => p * by).Sum()))))!.Value)
                    .Sum(value => value.Singular ? double.NaN : value.Value);
            var differences = Enumerable.Range(0, 3).Select(parameter => Slope(Loss, parameter)).ToArray();
            if (differences.Any(difference => difference is null))
            {
                continue;
            }

            compared++;
            using var scope = NewDisposeScope();
            var p = zeros(3, ScalarType.Float64).requires_grad_();
            var values = new SampleValues(points, Dtype.Float64, meaning =>
                tensor([.. dependence[meaning].Select(each => each.At)])
                    .Plus(tensor([.. dependence[meaning].SelectMany(each => each.By)], [points, 3]).mm(p.reshape(3, 1)).flatten().sin()));
            var result = Formula.Parse(text, SampleNames.Names, "residual").Evaluate(values);
            var gradient = Autograd.VectorJacobianProduct(result, ones(points, ScalarType.Float64), p).ToDoubles();
            var scale = Math.Max(1, differences.Max(difference => Math.Abs(difference!.Value)));
            Assert.All(Enumerable.Range(0, 3),
                k => Assert.True(Math.Abs(gradient[k] - differences[k]!.Value) <= 1e-5 * scale, $"{text}: {gradient[k]:R} instead of {differences[k]:R}"));
        }

        Assert.True(RandomCases.AreFewerThan(UsualGradients) || compared >= count / 2, $"{compared} of {count} compared");
    }

    /// <summary>Formulas and what is none, each at least that share of the texts, where there are enough of them to tell.</summary>
    private static void AssertBothCame(Outcome outcome, double least)
    {
        var texts = RandomCases.Count(Usual);
        Assert.True(RandomCases.AreFewerThan(Usual) || (outcome.Formulas >= least * texts && outcome.Formulas <= (1 - least) * texts), $"{outcome}");
    }

    private static double? Slope(Func<double[], double> loss, int parameter)
    {
        double At(double step) => loss([.. Enumerable.Range(0, 3).Select(k => k == parameter ? step : 0)]);
        double Central(double step) => (At(step) - At(-step)) / (2 * step);
        var (wide, narrow) = (Central(1e-5), Central(4e-6));
        return Math.Abs(At(0)) < 1e4 && double.IsFinite(narrow) && Math.Abs(wide - narrow) <= 1e-6 * Math.Max(1, Math.Abs(narrow)) ? narrow : null;
    }

    private static Outcome Compare(RandomFormulas random, Func<string> draw)
    {
        var outcome = new Outcome(0, 0, 0);
        for (var i = 0; i < RandomCases.Count(Usual); i++)
        {
            using var scope = NewDisposeScope();
            var paired = i % 2 == 1;
            random.UseFields(paired);
            var text = draw();

            // An unknown is the same at all points.
            var points = random.Points();
            points = [.. points.Select(point => point.ToDictionary(pair => pair.Key, pair => pair.Key == "D" ? points[0]["D"] : pair.Value))];
            Estimate? Expected(IReadOnlyDictionary<string, double> point) =>
                PlainFormula.Evaluate(text, SampleNames.BySpelling(point, paired), SampleNames.FieldsBySpelling(paired));
            var first = Expected(points[0]);
            var formula = Parsed(text, paired ? SampleNames.Paired : SampleNames.Whole);
            Assert.True(formula is null == first is null, $"'{text}' is {(first is null ? "no" : "a")} formula");
            if (formula is null)
            {
                continue;
            }

            var expected = points.Select(point => Expected(point)!.Value).ToArray();
            var actual = formula.Evaluate(SampleValues.Of(points, Dtype.Float64)).ToDoubles();
            Assert.Equal(points.Count, actual.Length);
            Assert.Equal([points.Count], formula.Evaluate(SampleValues.Of(points, Dtype.Float32)).shape);
            for (var point = 0; point < points.Count; point++)
            {
                Assert.True(!expected[point].Certain || expected[point].Allows(actual[point]),
                    $"'{text}' at point {point} is {actual[point]:R} instead of {expected[point]}");
            }

            outcome = new(outcome.Formulas + 1, outcome.Values + points.Count, outcome.Certain + expected.Count(value => value.Certain));
        }

        return outcome;
    }

    private static Formula? Parsed(string text, FormulaNames names)
    {
        try
        {
            return Formula.Parse(text, names, "terms[0].residual");
        }
        catch (FaultException exception)
        {
            var fault = Assert.Single(exception.Faults);
            Assert.Equal((FaultCode.Invalid, "terms[0].residual"), (fault.Code, fault.Path));
            Assert.True(fault.Got.Contains("position", StringComparison.Ordinal) || fault.Got.Contains("characters", StringComparison.Ordinal), fault.Message);
            Assert.InRange(fault.Message.Length, 20, 600);
            return null;
        }
    }

    private sealed record Outcome(int Formulas, int Values, int Certain);
}
