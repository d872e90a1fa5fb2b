using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Laws;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Gradients;

/// <summary>The check by finite differences finds what is wrong; it would be worth nothing if it always passed.</summary>
public sealed class FiniteDifferencesTests
{
    private static readonly NdArray Cotangent = Problem.Draw(new Random(1), 7, 2);
    private static readonly NdArray Tangent = Problem.Draw(new Random(2), 7, 3);

    public static TheoryData<string> Kinds() => ["sum", "perSample", "jacobian", "vjp", "jvp"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_right_answer_passes(string kind) =>
        Assert.InRange(Check(Train.Mode, Of(kind), answer => answer).MaxRelativeError, 0, 1e-7);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_answer_that_is_twice_too_large_is_off_by_half_of_it(string kind) =>
        Assert.InRange(Check(Train.Mode, Of(kind), answer => [.. answer.Select(entry => 2 * entry)]).MaxRelativeError, 0.2, 0.51);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_answer_of_zeros_is_off_by_all_of_it(string kind) =>
        Assert.Equal(1, Check(Train.Mode, Of(kind), answer => new double[answer.Length]).MaxRelativeError, 1e-12);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_answer_in_another_order_fails(string kind) =>
        Assert.True(Check(Train.Mode, Of(kind), answer => [.. answer.Reverse()]).MaxRelativeError > 0.1);

    [Fact]
    public void One_wrong_entry_among_those_that_are_all_compared_is_found()
    {
        var report = Check(Train.Mode, new Sum(), answer => [.. answer.Select((entry, i) => i == 20 ? entry + 0.25 : entry)]);
        Assert.Equal(21, report.Checked);
        Assert.Equal(0.25, report.MaxAbsoluteError, 1e-7);
    }

    [Fact]
    public void The_detached_gradient_is_not_the_coupled_one()
    {
        var detached = MatrixNetworks.Of("three", TrainDetached.Mode).In(Dtype.Float64).Gradients(new PerSample());
        Assert.True(Check(Train.Mode, new PerSample(), _ => detached).MaxRelativeError > 0.01);
        Assert.InRange(Check(TrainDetached.Mode, new PerSample(), _ => detached).MaxRelativeError, 0, 1e-7);
    }

    [Fact]
    public void NaN_is_not_taken_for_agreement() =>
        Assert.Equal(double.NaN, Check(Train.Mode, new Sum(), answer => [.. answer.Select((entry, i) => i == 3 ? double.NaN : entry)]).MaxAbsoluteError);

    private static Question Of(string kind) => kind switch
    {
        "sum" => new Sum(),
        "perSample" => new PerSample(),
        "jacobian" => new Jacobian(),
        "vjp" => new Vjp { Cotangent = Cotangent },
        _ => new Jvp { Tangent = Tangent },
    };

    /// <summary>The check of a spoilt answer, on a run made as the service makes it.</summary>
    private static FiniteDifferenceReport Check(BatchNormMode mode, Question question, Func<double[], double[]> spoil)
    {
        var problem = MatrixNetworks.Of("three", mode).In(Dtype.Float64);
        var right = problem.Answer(question).Gradients!;
        var shape = NetworkShape.Infer(problem.Network, new Limits());
        using var scope = NewDisposeScope();
        using var network = Network.Of(ParameterValues.Of(problem.Network, shape));
        var plan = RunPlan.Of(shape, problem.Norm, problem.Samples);
        var run = TorchRun.Of(plan, network, new NdArray(problem.InputShape, problem.Inputs).ToTensor(Dtype.Float64));
        return FiniteDifferences.Check(run, question, plan.Size, new Answer { Gradients = new NdArray(right.Shape, spoil(Answers.Flat(right))) },
            CancellationToken.None).Report;
    }
}
