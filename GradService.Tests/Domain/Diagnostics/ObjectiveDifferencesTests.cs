using GradService.Domain;
using GradService.Domain.Diagnostics;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Normalization;
using GradService.Domain.Objectives;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Diagnostics;

public sealed class ObjectiveDifferencesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("c")]
    [InlineData("d")]
    [InlineData("e")]
    [InlineData("f")]
    public void Every_variant_agrees_with_its_loss(string letter)
    {
        foreach (var (blocks, batches) in from blocks in Enumerable.Range(1, 2) from batches in Enum.GetValues<PointBatches>() select (blocks, batches))
        {
            var request = PoissonProblem.Request(PoissonProblem.Variant(letter), blocks, points: 6, batches);
            var report = (request with { Diagnostics = new DiagnosticsSpec { FiniteDifferences = true } }).Answer().Diagnostics.FiniteDifferences!;
            Assert.InRange(report.Checked, 25, 64);
            Assert.InRange(report.MaxRelativeError, 0, 1e-6);
        }
    }

    [Fact]
    public void A_wrong_gradient_is_found_out()
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("c"));
        var gradients = request.Answer().ParameterGradients!.ToDictionary(pair => pair.Key, pair => pair.Value);
        var wrong = gradients["3.bias"];
        gradients["3.bias"] = new NdArray(wrong.Shape, [wrong[0] * 1.01]);
        var shape = NetworkShape.Infer(request.Spec(), new Limits());
        var setting = new ObjectiveSetting(Objective.Resolve(request, shape), shape, NormalizationPlan.Resolve(shape, request.BatchNorm), PoissonProblem.Variant("c"), PointBatches.Joint);
        using var scope = NewDisposeScope();
        using var network = Network.Of(ParameterValues.Of(request.Spec(), shape));
        var outcome = ObjectiveDifferences.Check(setting, network, gradients, CancellationToken.None);
        Assert.Equal(0.01 * Math.Abs(wrong[0]), outcome.Report.MaxAbsoluteError, 1e-3 * Math.Abs(wrong[0]));
    }

    [Fact]
    public void A_step_across_a_kink_says_nothing()
    {
        // The point at 0.5 lies exactly on the kink of the only unit.
        var request = PoissonProblem.Request(PoissonProblem.Variant("e"), activation: new Relu()) with { Diagnostics = new DiagnosticsSpec { FiniteDifferences = true } };
        var kinked = request.Only("bc").With(("0.weight", new NdArray(new Shape(8, 1), [.. Enumerable.Repeat(1.0, 8)])), ("0.bias", new NdArray(new Shape(8), new double[8]))).Answer();
        Assert.Contains(kinked.Diagnostics.Findings, finding => finding.Code == "kink");
    }
}
