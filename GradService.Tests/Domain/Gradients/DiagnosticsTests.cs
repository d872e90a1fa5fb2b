using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Separation;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients;

/// <summary>How an answer was found and how large it is.</summary>
public sealed class DiagnosticsTests
{
    [Fact]
    public void Products_are_direct_and_cost_a_sweep_each_and_a_jvp_one_more()
    {
        var problem = MatrixNetworks.Of("one", Train.Mode);
        AssertFound(problem, new Sum(), Strategy.Direct, 1);
        AssertFound(problem, new Vjp { Cotangent = Problem.Draw(new Random(1), 7, 2) }, Strategy.Direct, 1);
        AssertFound(problem, new Vjp { Cotangent = Problem.Draw(new Random(1), 5, 7, 2) }, Strategy.Direct, 5);
        AssertFound(problem, new Jvp { Tangent = Problem.Draw(new Random(1), 7, 3) }, Strategy.Direct, 2);
        AssertFound(problem, new Jvp { Tangent = Problem.Draw(new Random(1), 5, 7, 3) }, Strategy.Direct, 6);
    }

    [Fact]
    public void Uncoupled_samples_share_a_sweep_for_each_output()
    {
        var problem = MatrixNetworks.Of("one", TrainDetached.Mode);
        AssertFound(problem, new PerSample(), Strategy.Structured, 2);
        AssertFound(problem, new Jacobian { Outputs = [1] }, Strategy.Structured, 1);
        AssertFound(problem, new Jacobian { Strategy = Strategy.RowByRow }, Strategy.RowByRow, 14);
    }

    [Fact]
    public void Row_by_row_costs_a_sweep_for_each_output_of_each_sample()
    {
        var problem = MatrixNetworks.Of("one", Train.Mode);
        AssertFound(problem, new PerSample { Strategy = Strategy.RowByRow }, Strategy.RowByRow, 14);
        AssertFound(problem, new Jacobian { Strategy = Strategy.RowByRow, Outputs = [1] }, Strategy.RowByRow, 7);
    }

    [Fact]
    public void The_norm_is_Frobenius_of_the_answer()
    {
        var answer = MatrixNetworks.Of("three", Train.Mode).In(Dtype.Float64).Answer(new Jacobian());
        var expected = Math.Sqrt(Answers.Flat(answer.Gradients).Sum(entry => entry * entry));
        Assert.Equal(expected, answer.Diagnostics.GradientNorm!.Value, 1e-12 * expected);
    }

    [Fact]
    public void Layers_are_reported_by_place_name_and_mode()
    {
        var problem = MatrixNetworks.Of("residual", Train.Mode).WithModes((placed, mode) => placed.Name == "1.shortcut.0" ? Eval.Mode : mode);
        var layers = problem.Answer(new Sum()).BatchNorm.Layers;
        Assert.Equal([(1, "1.layers.0", Train.Mode), (1, "1.shortcut.0", Eval.Mode)], layers.Select(layer => (layer.Index, layer.Name, layer.Mode)));
    }

    [Theory]
    [InlineData("one", "dense")]
    [InlineData("residual", "tensor")]
    public void The_engine_and_its_times_are_named(string network, string engine)
    {
        var diagnostics = MatrixNetworks.Of(network, Train.Mode).Answer(new Sum()).Diagnostics;
        Assert.Equal(engine, diagnostics.Engine.Name);
        Assert.Equal(1, diagnostics.Engine.Threads);
        Assert.InRange(diagnostics.Timings.ForwardMs, 0, 60_000);
        Assert.InRange(diagnostics.Timings.GradientMs, 0, 60_000);
    }

    private static void AssertFound(Problem problem, Question question, Strategy strategy, long passes)
    {
        var diagnostics = problem.Answer(question).Diagnostics;
        Assert.Equal((strategy, passes), (diagnostics.Strategy, diagnostics.Passes));
        Assert.NotEmpty(diagnostics.Reason);
    }
}
