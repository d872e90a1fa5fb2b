using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>Every mode × every kind, with selections and stacks, × networks × both precisions, against one row-by-row Jacobian in double precision.</summary>
public sealed class MatrixTests
{
    public static TheoryData<string, string> Networks()
    {
        var data = new TheoryData<string, string>();
        foreach (var network in MatrixNetworks.Names)
        {
            foreach (var mode in BatchNormMode.All)
            {
                data.Add(network, mode.Name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_row_by_row_Jacobian_is_that_of_central_differences(string network, string mode)
    {
        var problem = MatrixNetworks.Of(network, BatchNormMode.Find(mode)!).In(Dtype.Float64);
        var differences = CentralDifferences.Of(problem.Oracle, problem.Inputs, problem.Samples);
        Answers.AssertClose(differences.Values, RowByRow(problem), 1e-8, differences.MaxAbsolute, "matrix, central differences");
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_kind_is_its_part_or_product_of_the_row_by_row_Jacobian(string network, string mode)
    {
        var problem = MatrixNetworks.Of(network, BatchNormMode.Find(mode)!);
        var jacobian = new BatchJacobian(RowByRow(problem.In(Dtype.Float64)), problem.Samples, problem.OutputElements, problem.InputElements);
        var (cotangents, tangents) = (Problem.Draw(new Random(1), 3, 7, 2), Problem.Draw(new Random(2), 3, 7, 3));
        int[] second = [1], swapped = [1, 0];
        (Question Question, double[] Expected)[] kinds =
        [
            (new Sum(), jacobian.Sum([0, 1])),
            (new Sum { Outputs = second }, jacobian.Sum(second)),
            (new PerSample(), jacobian.PerSample([0, 1])),
            (new PerSample { Outputs = second }, jacobian.PerSample(second)),
            (new PerSample { Outputs = swapped, Strategy = Strategy.RowByRow }, jacobian.PerSample(swapped)),
            (new Jacobian(), jacobian.Values),
            (new Jacobian { Outputs = second }, jacobian.Rows(second)),
            (new Jacobian { Outputs = swapped, Strategy = Strategy.RowByRow }, jacobian.Rows(swapped)),
            (new Vjp { Cotangent = First(cotangents) }, jacobian.Vjp(Answers.Flat(First(cotangents)))),
            (new Vjp { Cotangent = cotangents }, [.. Answers.Flat(cotangents).Chunk(14).SelectMany(jacobian.Vjp)]),
            (new Jvp { Tangent = First(tangents) }, jacobian.Jvp(Answers.Flat(First(tangents)))),
            (new Jvp { Tangent = tangents }, [.. Answers.Flat(tangents).Chunk(21).SelectMany(jacobian.Jvp)]),
        ];
        foreach (var dtype in new[] { Dtype.Float64, Dtype.Float32 })
        {
            // Single precision loses what cancels; the largest entry of the Jacobian is what did.
            var tolerance = dtype == Dtype.Float64 ? 1e-12 : 1e-4;
            foreach (var (question, expected) in kinds)
            {
                var answer = problem.In(dtype).Answer(question);
                Assert.Equal(dtype, answer.Gradients!.Dtype);
                Answers.AssertClose(expected, Answers.Flat(answer.Gradients), tolerance, Math.Max(Answers.Largest(jacobian.Values), Answers.Largest(expected)),
                    $"matrix {answer.Kind} {dtype}");
            }
        }
    }

    private static double[] RowByRow(Problem problem) => problem.Gradients(new Jacobian { Strategy = Strategy.RowByRow });

    private static NdArray First(NdArray stack) => new(new Shape(stack.Shape.Dimensions[1..]), [.. Answers.Flat(stack)[..(stack.Count / (int)stack.Shape[0])]]);
}
