using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Separation;
using GradService.Tests.Problems;
using Xunit.Abstractions;

namespace GradService.Tests.Laws;

/// <summary>
/// Own derivatives of second and higher order are those of differentiating one sample's output again and again on the pass as it is,
/// statistics and all, one sample after another.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class OwnDerivativeLaws(ITestOutputHelper output)
{
    [Fact]
    public void Hessians_and_laplacians_are_those_of_nested_sweeps_row_by_row()
    {
        using var errors = new CouplingErrors(output, 1e-8);
        CoupledProblems.Narrow.Hold(200, problem =>
        {
            var (m, d) = (problem.Outputs(), problem.InputElements);
            using var given = new CoupledRun(problem);
            var expected = Answers.Flat(new OwnDerivatives(given.Run, All(m), interacting: true, CancellationToken.None).Hessian());
            var hessian = problem.Gradients(new Hessian());
            var scale = Scale(problem, new Hessian(), expected);
            errors.Compare(expected, hessian, scale, "hessian");
            errors.Compare(Transposed(hessian, d), hessian, scale, "hessian, its transpose");
            errors.Compare(Traces(expected, d), problem.Gradients(new Laplacian()), d * scale, "laplacian");

            // Whichever way was taken: the other one gives the same.
            errors.Compare(expected, Answers.Flat(Decoupled(given, order: 2, m).Hessian()), scale, $"hessian with {Coupled(given)} coupled layers, decoupled");

            var selected = problem.SomeOutputs(problem.Draws());
            var block = d * d;
            errors.Compare(
                [.. from row in Enumerable.Range(0, problem.Samples)
                    from one in selected
                    from entry in Enumerable.Range(0, block)
                    select expected[(((row * m) + one) * block) + entry]],
                problem.Gradients(new Hessian { Outputs = selected }), scale, "hessian of selected outputs");
        });
    }

    [Fact]
    public void Derivatives_along_directions_are_those_of_nested_sweeps_row_by_row()
    {
        using var errors = new CouplingErrors(output, 1e-8);
        CoupledProblems.Narrow.Hold(200, problem =>
        {
            var random = problem.Draws();
            var (m, order) = (problem.Outputs(), random.Next(1, 5));
            var directions = Problem.Draw(random, problem.Samples, problem.InputElements);
            using var given = new CoupledRun(problem);
            var expected = Answers.Flat(
                new OwnDerivatives(given.Run, All(m), interacting: true, CancellationToken.None).Along(directions.ToTensor(Dtype.Float64), order));
            var question = new Derivatives { Order = order, Direction = directions.Reshape(problem.InputShape) };
            CompareOrders(errors, problem, question, expected, problem.Gradients(question), "derivatives");
            if (given.Size.CoupledLayers.Count < 2 || order <= Expansion.MaxOrder)
            {
                CompareOrders(errors, problem, question, expected, Answers.Flat(Decoupled(given, order, m).Along(directions.ToTensor(Dtype.Float64), order)),
                    "derivatives, decoupled");
            }
        });
    }

    [Fact]
    public void One_direction_for_all_and_none_at_all_are_the_same_direction_for_each() => CoupledProblems.Narrow.Hold(60, problem =>
    {
        var random = problem.Draws();
        var (one, d) = (Problem.Draw(random, problem.InputShape.Dimensions[1..]), problem.InputElements);
        Assert.Equal(
            problem.Gradients(new Derivatives { Order = 2, Direction = new NdArray(problem.InputShape, [.. problem.Inputs.Select((_, i) => one[i % d])]) }),
            problem.Gradients(new Derivatives { Order = 2, Direction = one }));
        if (d == 1)
        {
            Assert.Equal(
                problem.Gradients(new Derivatives { Order = 3, Direction = new NdArray(new Shape(problem.InputShape.Dimensions[1..]), [1.0]) }),
                problem.Gradients(new Derivatives { Order = 3 }));
        }
    });

    private static long[] All(int outputs) => [.. Enumerable.Range(0, outputs).Select(output => (long)output)];

    private static int Coupled(CoupledRun given) => given.Size.CoupledLayers.Count;

    /// <summary>By leaving one out or by the expanded statistics, whatever would be cheaper.</summary>
    private static OwnDerivatives Decoupled(CoupledRun given, int order, int outputs) => new(
        (Coupled(given) switch
        {
            0 => (SeparationWay)Apart.Way,
            1 => LeaveOneOut.Way,
            _ => Expansion.Way,
        }).Decouple(given.Run, order, CancellationToken.None),
        All(outputs), interacting: false, CancellationToken.None);

    /// <summary>Each order beside its own largest entry, as they grow with the order.</summary>
    private static void CompareOrders(CouplingErrors errors, Problem problem, Derivatives question, double[] expected, double[] actual, string what)
    {
        var held = problem.Detached().Gradients(question);
        for (var k = 0; k < question.Order; k++)
        {
            var scale = Math.Max(Answers.Largest(Of(expected)), Answers.Largest(Of(held)));
            errors.Compare(Of(expected), Of(actual), scale, $"{what}, order {k + 1}");

            double[] Of(double[] all) => [.. all.Where((_, entry) => entry % question.Order == k)];
        }
    }

    /// <summary>The largest entry, the statistics recomputed or held: what is summed up cancels down from there.</summary>
    private static double Scale(Problem problem, Question question, double[] answer) =>
        Math.Max(Answers.Largest(answer), Answers.Largest(problem.Detached().Gradients(question)));

    private static double[] Transposed(double[] hessians, int d) =>
        [.. hessians.Select((_, entry) => hessians[(entry / (d * d) * d * d) + (entry % d * d) + (entry / d % d)])];

    private static double[] Traces(double[] hessians, int d) =>
        [.. hessians.Chunk(d * d).Select(hessian => Enumerable.Range(0, d).Sum(i => hessian[i * (d + 1)]))];
}
