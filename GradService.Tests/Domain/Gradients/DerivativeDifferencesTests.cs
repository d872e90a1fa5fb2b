using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients;

/// <summary>The check by finite differences says of second and higher derivatives, and of factors, whether they are right.</summary>
[Trait("Lane", "Slow")]
public sealed class DerivativeDifferencesTests
{
    // Differences in double precision: 1e-10 of what is compared, and some digits lost to curvature.
    private const double Right = 1e-6;

    public static TheoryData<string, int> Kinds()
    {
        var data = new TheoryData<string, int>();
        foreach (var kind in new[] { "hessian", "laplacian", "hvp", "factored", "derivatives 1", "derivatives 2", "derivatives 3", "derivatives 4" })
        {
            foreach (var coupled in new[] { 0, 1, 2 })
            {
                data.Add(kind, coupled);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_right_answer_passes(string kind, int coupled) =>
        Assert.InRange(Check(kind, coupled, answer => answer).MaxRelativeError, 0, Right);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_answer_that_is_twice_too_large_is_off_by_half_of_it(string kind, int coupled) =>
        Assert.InRange(Check(kind, coupled, answer => [.. answer.Select(entry => 2 * entry)]).MaxRelativeError, 0.2, 0.51);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_answer_of_zeros_is_off_by_all_of_it(string kind, int coupled) =>
        Assert.Equal(1, Check(kind, coupled, answer => new double[answer.Length]).MaxRelativeError, 1e-12);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_answer_in_another_order_fails(string kind, int coupled) =>
        Assert.True(Check(kind, coupled, answer => [.. answer.Reverse()]).MaxRelativeError > 0.1);

    [Theory]
    [InlineData("hessian")]
    [InlineData("laplacian")]
    [InlineData("derivatives 2")]
    [InlineData("factored")]
    public void With_the_statistics_held_constant_it_is_another_answer(string kind)
    {
        var detached = CoupledNetworks.Of(2, positions: false, outputs: 2, samples: 5).Detached().Answer(Of(kind));
        var held = detached.Factors is { } factors ? [.. Answers.Flat(factors.Diagonal), .. new double[1000]] : Answers.Flat(detached.Gradients);
        Assert.True(Check(kind, 2, answer => held[..answer.Length]).MaxRelativeError > 0.01);
    }

    [Fact]
    public void Factors_whose_off_diagonal_part_alone_is_wrong_fail()
    {
        var size = 5 * 2 * 2;
        Assert.True(Check("factored", 2, answer => [.. answer.Select((entry, i) => i < size ? entry : 1.5 * entry)]).MaxRelativeError > 0.01);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void One_wrong_order_is_found(int order) =>
        Assert.True(Check("derivatives 4", 1,
            answer => [.. answer.Select((entry, i) => i % 4 == order - 1 ? entry + (0.1 * Answers.Largest(answer)) : entry)]).MaxRelativeError > 0.05);

    private static Question Of(string kind) => kind switch
    {
        "hessian" => new Hessian(),
        "laplacian" => new Laplacian(),
        "hvp" => new Hvp { Cotangent = Problem.Draw(new Random(1), 5, 2), Tangent = Problem.Draw(new Random(2), 5, 2) },
        "factored" => new Jacobian { Form = JacobianForm.Factored },
        _ => new Derivatives { Order = kind[^1] - '0', Direction = Problem.Draw(new Random(3), 5, 2) },
    };

    /// <summary>The check of a spoilt answer; factors are spoilt as one list, the diagonal first, then left, right staying as it is.</summary>
    private static FiniteDifferenceReport Check(string kind, int coupled, Func<double[], double[]> spoil)
    {
        var problem = CoupledNetworks.Of(coupled, positions: false, outputs: 2, samples: 5);
        var question = Of(kind);
        var right = problem.Answer(question);
        Answer spoilt;
        if (right.Factors is { } factors)
        {
            var values = spoil([.. Answers.Flat(factors.Diagonal), .. Answers.Flat(factors.Left)]);
            spoilt = new Answer { Factors = factors with
            {
                Diagonal = new NdArray(factors.Diagonal.Shape, values[..factors.Diagonal.Count]),
                Left = new NdArray(factors.Left.Shape, values[factors.Diagonal.Count..]),
            } };
        }
        else
        {
            spoilt = new Answer { Gradients = new NdArray(right.Gradients!.Shape, spoil(Answers.Flat(right.Gradients))) };
        }

        using var given = new CoupledRun(problem);
        return FiniteDifferences.Check(given.Run, question, given.Size, spoilt, CancellationToken.None).Report;
    }
}
