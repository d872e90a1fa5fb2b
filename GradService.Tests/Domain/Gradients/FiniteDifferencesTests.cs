using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
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

    [Theory]
    [InlineData(0, 1e-6)]
    [InlineData(0, 1e9)]
    [InlineData(1e6, 1)]
    [InlineData(-1e4, 1e-3)]
    [InlineData(1.7e9, 3e4)]
    public void Inputs_of_any_scale_and_offset_raise_no_alarm_and_hide_no_error(double offset, double scale)
    {
        Layer[] layers = [new BatchNorm { Affine = false, Eps = 0 }, new Linear { OutFeatures = 8 }, new Tanh(), new Linear { OutFeatures = 1 }];
        var normalised = Forum(layers, offset, scale);
        Assert.All(new Question[] { new PerSample(), new Jacobian(), new Derivatives { Order = 1 }, new Laplacian() }, question =>
        {
            var right = Check(normalised, question, answer => answer);
            Assert.InRange(right.Checked, question is Laplacian ? 8 : 12, 64);
            Assert.InRange(right.MaxRelativeError, 0, 1e-6);
            Assert.InRange(Check(normalised, question, answer => [.. answer.Select(entry => 1.01 * entry)]).MaxRelativeError, 0.005, 0.015);
        });
    }

    [Theory]
    [InlineData(1e6, 1)]
    [InlineData(1e6, 0)]
    [InlineData(1e6, 1e6)]
    [InlineData(1e3, 1e5)]
    public void A_function_that_is_faster_than_the_inputs_spread_is_followed(double offset, double scale)
    {
        var sine = Forum([new Sin()], offset, scale);
        Assert.InRange(Check(sine, new PerSample(), answer => answer).MaxRelativeError, 0, 1e-6);
        Assert.InRange(Check(sine, new PerSample(), answer => [.. answer.Select(entry => 1.01 * entry)]).MaxRelativeError, 0.005, 0.015);
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

    private static Problem Forum(Layer[] layers, double offset, double scale) =>
        ForumProblem.On(Train.Mode, [.. Enumerable.Range(0, 12).Select(i => offset + (scale * ((i / 6.0) - 1)))], 12, Dtype.Float64, layers);

    private static FiniteDifferenceReport Check(BatchNormMode mode, Question question, Func<double[], double[]> spoil) =>
        Check(MatrixNetworks.Of("three", mode).In(Dtype.Float64), question, spoil);

    /// <summary>The check of a spoilt answer, on a run made as the service makes it.</summary>
    private static FiniteDifferenceReport Check(Problem problem, Question question, Func<double[], double[]> spoil)
    {
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
