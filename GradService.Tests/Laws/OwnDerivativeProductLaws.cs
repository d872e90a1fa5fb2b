using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;
using Xunit.Abstractions;

namespace GradService.Tests.Laws;

/// <summary>What own derivatives have to do with each other and with gradients, and that plain loops see the same.</summary>
[Trait("Lane", "Slow")]
public sealed class OwnDerivativeProductLaws(ITestOutputHelper output)
{
    [Fact]
    public void The_first_derivative_is_the_own_jvp_and_the_second_the_Hessian_on_both_sides()
    {
        using var errors = new CouplingErrors(output, 1e-9);
        CoupledProblems.Narrow.Hold(200, problem =>
        {
            var (m, d) = (problem.Outputs(), problem.InputElements);
            var v = Problem.Draw(problem.Draws(), problem.InputShape.Dimensions);
            var derivatives = problem.Gradients(new Derivatives { Order = 2, Direction = v });
            var own = problem.Gradients(new PerSample());
            var hessian = problem.Gradients(new Hessian());
            var (first, second) = (new double[own.Length / d], new double[own.Length / d]);
            for (var row = 0; row < first.Length; row++)
            {
                for (var a = 0; a < d; a++)
                {
                    first[row] += own[(row * d) + a] * v[(row / m * d) + a];
                    for (var b = 0; b < d; b++)
                    {
                        second[row] += v[(row / m * d) + a] * hessian[(((row * d) + a) * d) + b] * v[(row / m * d) + b];
                    }
                }
            }

            var held = problem.Detached();
            errors.Compare(first, [.. derivatives.Where((_, entry) => entry % 2 == 0)], d * Largest(own, held.Gradients(new PerSample())), "first");
            errors.Compare(second, [.. derivatives.Where((_, entry) => entry % 2 == 1)], d * d * Largest(hessian, held.Gradients(new Hessian())), "second");
        });
    }

    [Fact]
    public void Without_coupling_an_hvp_is_the_own_Hessian_times_the_tangent()
    {
        using var errors = new CouplingErrors(output, 1e-10);
        CoupledProblems.Narrow.Hold(100, problem =>
        {
            var held = problem.Detached();
            var random = problem.Draws();
            var (n, m, d) = (problem.Samples, problem.Outputs(), problem.InputElements);
            var (one, t) = (random.Next(m), Problem.Draw(random, problem.InputShape.Dimensions));
            var hessian = held.Gradients(new Hessian { Outputs = [one] });
            var cotangent = new NdArray(new Shape(n, m), [.. Enumerable.Range(0, n * m).Select(row => row % m == one ? 1.0 : 0.0)]);
            double[] expected = [.. Enumerable.Range(0, n * d).Select(row => Enumerable.Range(0, d).Sum(b => hessian[(row * d) + b] * t[(row / d * d) + b]))];
            errors.Compare(expected, held.Gradients(new Hvp { Cotangent = cotangent, Tangent = t }), d * Answers.Largest(hessian), "hvp without coupling");
        });
    }

    [Fact]
    public void Derivatives_are_those_of_extrapolated_differences_over_plain_loops()
    {
        // Beside the largest derivative of that order. Rounding is magnified by 1/stepᵏ: the order sets the step.
        using var errors = new CouplingErrors(output, 1e-5);
        var (tried, compared) = (new int[5], new int[5]);
        CoupledProblems.NarrowDense.Hold(200, problem =>
        {
            var random = problem.Draws();
            var (m, d, order) = (problem.Outputs(), problem.InputElements, random.Next(1, 5));
            var v = Problem.Draw(random, problem.InputShape.Dimensions);
            var derivatives = problem.Gradients(new Derivatives { Order = order, Direction = v });
            var held = problem.Detached().Gradients(new Derivatives { Order = order, Direction = v });
            var all = problem.Oracle.Run(problem.Inputs, problem.Samples).Statistics;
            var statistics = all.Where(layer => !layer.Value.Coupled).ToDictionary();
            for (var k = 1; k <= order; k++)
            {
                double[] Of(double[] all) => [.. all.Where((_, entry) => entry % order == k - 1)];
                var scale = Largest(Of(derivatives), Of(held));
                Interlocked.Increment(ref tried[k]);
                var differences = Enumerable.Range(0, problem.Samples)
                    .Select(sample => NestedDifferences.Of(t => Moved(sample, t), k, step: 0.02 * k)).ToList();
                if (differences.All(each => each.Doubt <= 2e-6 * scale))
                {
                    errors.Compare([.. differences.SelectMany(each => each.Value)], Of(derivatives), scale, $"order {k}");
                    Interlocked.Increment(ref compared[k]);
                }
            }

            // One sample moves, and its own outputs are looked at.
            double[] Moved(int sample, double t)
            {
                double[] inputs = [.. problem.Inputs.Select((x, i) => i / d == sample ? x + (t * v[i]) : x)];
                return problem.Oracle.Run(inputs, problem.Samples, statistics, all).Outputs[(sample * m)..((sample + 1) * m)];
            }
        });

        // Where a nearly constant channel bends too strongly for the steps, differences contradict themselves and say nothing.
        output.WriteLine($"compared: {string.Join(", ", Enumerable.Range(1, 4).Select(k => $"order {k}: {compared[k]} of {tried[k]}"))}");
        Assert.All(Enumerable.Range(1, 4),
            k => Assert.True(RandomCases.AreFewerThan(200) || compared[k] > 0.4 * tried[k],
                $"order {k}: only {compared[k]} of {tried[k]} networks could be compared"));
    }

    private static double Largest(double[] one, double[] other) => Math.Max(Answers.Largest(one), Answers.Largest(other));
}
