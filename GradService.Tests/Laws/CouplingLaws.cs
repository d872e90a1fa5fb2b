using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Separation;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;
using Xunit.Abstractions;

namespace GradService.Tests.Laws;

/// <summary>Gradients by the structure of the coupling are those that differentiating each output of each sample gives.</summary>
[Trait("Lane", "Slow")]
public sealed class CouplingLaws(ITestOutputHelper output)
{
    [Fact]
    public void By_structure_comes_what_comes_row_by_row()
    {
        using var errors = new CouplingErrors(output, 1e-9);
        var withCoupling = new int[5];
        CoupledProblems.Any.Hold(500, problem =>
        {
            using (var given = new CoupledRun(problem))
            {
                Interlocked.Increment(ref withCoupling[given.Size.CoupledLayers.Count]);
            }

            Same(errors, problem);
        });

        output.WriteLine($"networks by coupled layers, from 0 on: {string.Join(", ", withCoupling)}");

        // Were one number of coupled layers rare, the law would say little of it.
        Assert.All(withCoupling, count => Assert.True(RandomCases.AreFewerThan(500) || count > 5, "a number of coupled layers was rare"));
    }

    [Fact]
    public void In_single_precision_both_agree_to_what_it_holds()
    {
        // Single precision carries 1e-7, and cancelling statistics lose some thousand times of it.
        using var errors = new CouplingErrors(output, 2e-3);
        CoupledProblems.Smooth.Where(problem => problem.Samples > 4).Select(problem => problem.In(Dtype.Float32)).Hold(100, problem => Same(errors, problem));
    }

    private static void Same(CouplingErrors errors, Problem problem)
    {
        var random = problem.Draws();
        var (n, m, d) = (problem.Samples, problem.Outputs(), problem.InputElements);
        var rows = new BatchJacobian(problem.Gradients(new Jacobian { Strategy = Strategy.RowByRow }), n, m, d);
        var scale = problem.Scale(rows.Values);
        errors.Compare(rows.Values, problem.Gradients(new Jacobian { Strategy = Strategy.Structured }), scale, "jacobian");
        errors.Compare(rows.PerSample([.. Enumerable.Range(0, m)]), problem.Gradients(new PerSample { Strategy = Strategy.Structured }), scale, "perSample");
        var selected = problem.SomeOutputs(random);
        errors.Compare(rows.Rows(selected), problem.Gradients(new Jacobian { Outputs = selected, Strategy = Strategy.Structured }), scale,
            "jacobian of selected outputs");
        errors.Compare(rows.PerSample(selected), problem.Gradients(new PerSample { Outputs = selected, Strategy = Strategy.Structured }), scale,
            "perSample of selected outputs");
        errors.Compare(rows.PerSample(selected), problem.Gradients(new PerSample { Outputs = selected, Strategy = Strategy.RowByRow }), scale,
            "perSample of selected outputs, row by row");
    }
}
