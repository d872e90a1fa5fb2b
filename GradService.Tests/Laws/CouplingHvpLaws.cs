using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;
using Xunit.Abstractions;

namespace GradService.Tests.Laws;

/// <summary>Products with the Hessian of a weighted sum of all outputs, the whole batch coupled.</summary>
[Trait("Lane", "Slow")]
public sealed class CouplingHvpLaws(ITestOutputHelper output)
{
    [Fact]
    public void An_hvp_is_how_the_vjp_changes_along_the_tangent()
    {
        using var errors = new CouplingErrors(output, 1e-6);
        var (tried, compared) = (0, 0);
        CoupledProblems.Smooth.Hold(200, problem =>
        {
            var (cotangent, tangent) = Factors(problem, problem.Draws());
            var hvp = problem.Gradients(new Hvp { Cotangent = cotangent, Tangent = tangent });
            using var given = new CoupledRun(problem);
            var differences = NestedDifferences.Of(t => given.Vjp(cotangent, [.. problem.Inputs.Select((x, i) => x + (t * tangent[i]))]), order: 1, step: 0.01);
            var scale = Scale(problem, cotangent, tangent, hvp);
            Interlocked.Increment(ref tried);

            // Where a nearly constant channel bends too strongly for the steps, differences contradict themselves and say nothing.
            if (differences.Doubt <= 1e-7 * scale)
            {
                errors.Compare(differences.Value, hvp, scale, "hvp beside differences of vjp");
                Interlocked.Increment(ref compared);
            }
        });

        Assert.True(RandomCases.AreFewerThan(200) || compared > 0.75 * tried, $"only {compared} of {tried} networks could be compared");
    }

    [Fact]
    public void The_Hessian_of_the_batch_is_symmetric()
    {
        using var errors = new CouplingErrors(output, 1e-9);
        CoupledProblems.Any.Hold(200, problem =>
        {
            var random = problem.Draws();
            var (cotangent, t) = Factors(problem, random);
            var u = Problem.Draw(random, problem.InputShape.Dimensions);
            var (along, across) = (problem.Gradients(new Hvp { Cotangent = cotangent, Tangent = t }),
                problem.Gradients(new Hvp { Cotangent = cotangent, Tangent = u }));

            // Sums of N·D products each.
            var scale = problem.Inputs.Length * Math.Max(Scale(problem, cotangent, t, along), Scale(problem, cotangent, u, across));
            errors.Compare([Dot(along, u)], [Dot(across, t)], scale, "⟨hvp(c, t), u⟩ and ⟨hvp(c, u), t⟩");
        });
    }

    private static (NdArray Cotangent, NdArray Tangent) Factors(Problem problem, Random random) =>
        (Problem.Draw(random, problem.Samples, problem.Outputs()), Problem.Draw(random, problem.InputShape.Dimensions));

    /// <summary>The largest entry, the statistics recomputed or held: what is summed up cancels down from there.</summary>
    private static double Scale(Problem problem, NdArray cotangent, NdArray tangent, double[] hvp) =>
        Math.Max(Answers.Largest(hvp), Answers.Largest(problem.Detached().Gradients(new Hvp { Cotangent = cotangent, Tangent = tangent })));

    private static double Dot(double[] a, NdArray b) => a.Select((x, i) => x * b[i]).Sum();
}
