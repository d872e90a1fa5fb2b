using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Separation;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;
using Xunit.Abstractions;

namespace GradService.Tests.Laws;

/// <summary>The factors of the batch Jacobian, and what is part or product of it.</summary>
[Trait("Lane", "Slow")]
public sealed class CouplingFactorLaws(ITestOutputHelper output)
{
    [Fact]
    public void The_factors_multiplied_out_are_the_dense_Jacobian_and_their_diagonal_is_the_detached_gradient()
    {
        using var errors = new CouplingErrors(output, 1e-9);
        CoupledProblems.Any.Hold(500, problem =>
        {
            var outputs = problem.SomeOutputs(problem.Draws());
            var dense = problem.Gradients(new Jacobian { Outputs = outputs });
            var scale = problem.Scale(problem.Gradients(new Jacobian()));
            var factors = problem.Answer(new Jacobian { Outputs = outputs, Form = JacobianForm.Factored }).Factors!;
            errors.Compare(dense, CouplingMultipliedOut.Of(factors), scale, "factors multiplied out");
            if (!problem.BatchNorms.Any(placed => problem.ModeOf(placed) is Renorm))
            {
                // No mode holds the statistics of one that corrects.
                errors.Compare(problem.Detached().Gradients(new PerSample { Outputs = outputs, Strategy = Strategy.RowByRow }), Answers.Flat(factors.Diagonal),
                    scale, "diagonal, detached");
            }

            errors.Compare(problem.Gradients(new PerSample { Outputs = outputs }), CouplingMultipliedOut.Own(factors), scale, "own blocks, perSample");
        });
    }

    [Fact]
    public void Factors_have_two_statistics_for_each_channel_of_each_coupled_layer_and_none_without_coupling() => CoupledProblems.Any.Hold(200, problem =>
    {
        var (n, m) = (problem.Samples, problem.Outputs());
        foreach (var under in new[] { problem, problem.Detached() })
        {
            using var given = new CoupledRun(under);
            var k = 2 * given.Size.CoupledLayers.Sum(layer => layer.Channels);
            Assert.Equal(under.Coupled, k > 0);
            var factors = under.Answer(new Jacobian { Form = JacobianForm.Factored }).Factors!;
            long[] d = [.. problem.Network.InputShape];
            Assert.Equal([n, m, .. d], factors.Shapes.Diagonal);
            Assert.Equal([n, m, k], factors.Shapes.Left);
            Assert.Equal([k, n, .. d], factors.Shapes.Right);
            Assert.Equal(n * m * k, factors.Left.Count);
            Assert.Equal(n * problem.InputElements * k, factors.Right.Count);
        }
    });

    [Fact]
    public void Sum_vjp_and_jvp_are_products_with_the_Jacobian_by_structure()
    {
        using var errors = new CouplingErrors(output, 1e-9);
        CoupledProblems.Any.Hold(500, problem =>
        {
            var random = problem.Draws();
            var (n, m, d) = (problem.Samples, problem.Outputs(), problem.InputElements);
            var jacobian = new BatchJacobian(problem.Gradients(new Jacobian { Strategy = Strategy.Structured }), n, m, d);
            var (cotangent, tangent) = (Problem.Draw(random, n, m), Problem.Draw(random, problem.InputShape.Dimensions));
            var (selected, scale) = (problem.SomeOutputs(random), problem.Scale(jacobian.Values));
            errors.Compare(jacobian.Sum(selected), problem.Gradients(new Sum { Outputs = selected }), scale, "sum");
            errors.Compare(jacobian.Vjp(Answers.Flat(cotangent)), problem.Gradients(new Vjp { Cotangent = cotangent }), scale, "vjp");
            errors.Compare(jacobian.Jvp(Answers.Flat(tangent)), problem.Gradients(new Jvp { Tangent = tangent }), scale, "jvp");
        });
    }
}
